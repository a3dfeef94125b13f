import fc from "fast-check";
import { CONTRACTS, type SourceName } from "../../../src/sources/contracts.ts";
import { DELIMITERS, type Delimiter } from "../../../src/sources/dialect.ts";
import { physicalLines } from "../sources/writtenFiles.ts";

/** How a file is written. */
export interface FileDialect {
  readonly delimiter: Delimiter;
  readonly lineEnd: "\n" | "\r\n" | "\r";
  readonly encoding: "utf-8" | "utf-8 with a mark" | "utf-16le" | "utf-16be";
  /** `none`: what needs quotes is left out. */
  readonly quotes: "all" | "needed" | "none";
  readonly finalLineEnd: boolean;
}

/** A file before it is written. */
export interface FileContent {
  readonly source: SourceName;
  readonly header: readonly string[];
  /** As many fields as the header. */
  readonly records: readonly (readonly string[])[];
}

/** Where a record stands in a file. */
export interface RecordPlace {
  readonly start: number;
  /** Byte after its line end. */
  readonly next: number;
  /** Physical line, from 1. */
  readonly line: number;
}

export interface WrittenFile {
  readonly bytes: Buffer;
  readonly headerEnd: number;
  readonly places: readonly RecordPlace[];
  /** Physical lines that have an end. */
  readonly lines: number;
}

export const dialects: fc.Arbitrary<FileDialect> = fc.record({
  delimiter: fc.constantFrom(...DELIMITERS),
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
  encoding: fc.constantFrom("utf-8", "utf-8", "utf-8 with a mark", "utf-16le", "utf-16be"),
  quotes: fc.constantFrom("all", "needed", "none"),
  finalLineEnd: fc.boolean(),
});

export const isUtf16 = ({ encoding }: FileDialect): boolean => encoding.startsWith("utf-16");

/** The bytes of a text, without a byte order mark. */
export function encoded(text: string, { encoding }: FileDialect): Buffer {
  if (encoding === "utf-8" || encoding === "utf-8 with a mark") return Buffer.from(text);
  const units = Buffer.from(text, "utf16le");
  return encoding === "utf-16le" ? units : units.swap16();
}

export function writeFile({ header, records }: FileContent, dialect: FileDialect): WrittenFile {
  const { delimiter, lineEnd, quotes, encoding, finalLineEnd } = dialect;
  const needsQuotes = (field: string) => /["\r\n]/.test(field) || field.includes(delimiter);
  const written = (field: string): string => {
    if (quotes === "none") return field.replaceAll(/["\r\n]/g, "_").replaceAll(delimiter, "_");
    return quotes === "all" || needsQuotes(field) ? `"${field.replaceAll('"', '""')}"` : field;
  };
  const mark = encoding === "utf-8" ? "" : "\ufeff";
  const pieces: Buffer[] = [];
  const places: RecordPlace[] = [];
  let headerEnd = 0;
  let start = 0;
  let line = 1;
  for (const [index, fields] of [header, ...records].entries()) {
    const isLast = index === records.length && !finalLineEnd;
    const text = fields.map(written).join(delimiter) + (isLast ? "" : lineEnd);
    const bytes = encoded(index === 0 ? mark + text : text, dialect);
    const next = start + bytes.length;
    if (index === 0) headerEnd = next;
    else places.push({ start, next, line });
    pieces.push(bytes);
    line += physicalLines(text);
    start = next;
  }
  return { bytes: Buffer.concat(pieces), headerEnd, places, lines: line - 1 };
}

/** Texts that are hard to tell from what stands between them. */
const AWKWARD = [
  ..."Tulips|Café|刺身|😀|e\u0301|Chef's knife|\u00a0x\u2028y".split("|"),
  ...'"|""|"a"|a"|"b|Mirror, oval|The "Long; Thistle"|,|;|\t|","|";"'.split("|"),
  ...'two\nlines|\nRoses|\r\nb|c\rd|e\n|\n|a\n\nb|\n"x"|"\n'.split("|"),
  ..."a|b||c,d;e\tf".split("||"),
  "",
  "x,y\n,z",
  "1,2\n3,4",
] as const;
const texts = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("Dinner menu", "Flowers", "Chef's knife") },
  { weight: 4, arbitrary: fc.constantFrom(...AWKWARD) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom("a", '"', "\n", ",", ";", "|", "\t", "é"), maxLength: 4 }),
  },
);
const skus = fc.constantFrom("3770009015048", "v3770009015028", "00042", 'A"1', "A,1;2|3\t4", "B\nC");
const times = fc
  .record({
    year: fc.integer({ min: 1971, max: 2099 }),
    month: fc.integer({ min: 1, max: 12 }),
    clock: fc.nat(86_399),
  })
  .map(({ year, month, clock }) => {
    const two = (value: number): string => String(value).padStart(2, "0");
    const time = `${Math.floor(clock / 3600)}:${two(Math.floor(clock / 60) % 60)}:${two(clock % 60)}`;
    return clock % 5 === 0
      ? `${year}-${two(month)}-${two(1 + (clock % 28))}T${time.padStart(8, "0")}Z`
      : `${two(month)}/${two(1 + (clock % 28))}/${year} ${time}`;
  });
const ids = fc
  .oneof(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 99_999_999_999_999 }))
  .map(String);

/** Devices that sales of written files are made on. */
export const DEVICE_IDS = Array.from({ length: 20 }, (_, index) => index + 1);
const deviceIds = fc.constantFrom(...DEVICE_IDS).map(String);

const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  id: ids,
  whole_number: fc.integer({ min: 0, max: 9 }).map(String),
  sku: skus,
  text: texts,
  amount: fc.nat(9_999_999).map((cents) => (cents / 100).toFixed(2)),
  status: fc.constantFrom("accepted", "refused", "cancelled"),
  timestamp: times,
  card_number: fc.constantFrom("", "4111 1111 1111 1111", "4242-4242-4242-4242", "378282246310005"),
  discarded: fc.constantFrom("", "837"),
};

/** Headers of a source: its columns in any order, cards or not, and perhaps one that nobody asked for. */
function headersOf(source: SourceName): fc.Arbitrary<string[]> {
  const { columns } = CONTRACTS[source];
  const needed = columns.filter(({ required }) => required).map(({ name }) => name);
  const optional = columns.filter(({ required }) => !required).map(({ name }) => name);
  return fc
    .subarray([...optional, "note"])
    .chain((others) =>
      fc.shuffledSubarray([...needed, ...others], { minLength: needed.length + others.length }),
    );
}

/** Good files: each record of them can be loaded. */
export function contentsOf(sources: fc.Arbitrary<SourceName>, maxRecords: number): fc.Arbitrary<FileContent> {
  return sources.chain((source) =>
    headersOf(source).chain((header) =>
      fc.record({
        source: fc.constant(source),
        header: fc.constant(header),
        records: recordsUnder(source, header, maxRecords),
      }),
    ),
  );
}

/** Records under a header. */
export function recordsUnder(
  source: SourceName,
  header: readonly string[],
  maxRecords: number,
): fc.Arbitrary<string[][]> {
  const typeOf = new Map(CONTRACTS[source].columns.map(({ name, type }) => [name, type]));
  const valuesOf = (name: string) =>
    name === "device_id" ? deviceIds : (VALUES[typeOf.get(name) ?? "text"] ?? texts);
  const record = fc.tuple(...header.map(valuesOf));
  return fc.array(record, { minLength: 1, maxLength: maxRecords });
}
