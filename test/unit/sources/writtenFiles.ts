import fc from "fast-check";
import { DELIMITERS } from "../../../src/sources/dialect.ts";
import type { Encoding } from "../../../src/sources/carriers/encoding.ts";
import { Utf16Transcoder } from "../../../src/sources/utf16.ts";

/** How a file is written; what a person's export tool decided for them. */
export interface Writing {
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly quoteAlways: boolean;
  /** Stands around quoted fields. */
  readonly padding: string;
  /** UTF-16 always has a byte order mark. */
  readonly encoding: Encoding;
  readonly byteOrderMark: boolean;
  readonly finalLineEnd: boolean;
  /** Number of blank lines before each record, in turn. */
  readonly blankLines: readonly number[];
}

export const writings: fc.Arbitrary<Writing> = fc.record({
  delimiter: fc.constantFrom(...DELIMITERS),
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
  quoteAlways: fc.boolean(),
  padding: fc.constantFrom("", " ", "  "),
  encoding: fc.constantFrom("utf-8", "utf-8", "utf-16le", "utf-16be"),
  byteOrderMark: fc.boolean(),
  finalLineEnd: fc.boolean(),
  blankLines: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 }),
});

const awkward = fc.constantFrom(
  "a",
  "7",
  " ",
  "é",
  "字",
  "😀",
  "\ufeff",
  "\u00a0",
  ...DELIMITERS,
  '"',
  "\n",
  "\r",
  "\r\n",
);
const fields = fc.oneof(fc.string({ unit: awkward, maxLength: 8 }), fc.string({ maxLength: 8 }));

/** Records of two to five fields, the same number each. */
export const recordLists: fc.Arbitrary<string[][]> = fc
  .integer({ min: 2, max: 5 })
  .chain((width) =>
    fc.array(fc.array(fields, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
  );

/** Where a file's bytes are cut into reads; taken modulo its length. */
export const cutLists: fc.Arbitrary<number[]> = fc.array(fc.nat(), { maxLength: 12 });

export function physicalLines(text: string): number {
  return (text.match(/\r\n|\r|\n/g) ?? []).length;
}

function writtenField(field: string, writing: Writing): string {
  const plain = field === field.trim() && !/["\r\n]/.test(field) && !field.includes(writing.delimiter);
  if (plain && !writing.quoteAlways) return field;
  return `${writing.padding}"${field.replaceAll('"', '""')}"${writing.padding}`;
}

/** A file's bytes, the physical line on which each record starts, and the records as they are written. */
export function writeFile(
  header: readonly string[],
  records: readonly (readonly string[])[],
  writing: Writing,
): { bytes: Buffer; lines: number[]; rows: string[] } {
  const row = (record: readonly string[]) =>
    record.map((field) => writtenField(field, writing)).join(writing.delimiter);
  let text = row(header);
  const lines: number[] = [];
  for (const [index, record] of records.entries()) {
    const blanks = writing.blankLines[index % writing.blankLines.length] ?? 0;
    text += writing.lineEnd.repeat(1 + blanks);
    lines.push(physicalLines(text) + 1);
    text += row(record);
  }
  if (writing.finalLineEnd) text += writing.lineEnd;
  return { bytes: encoded(text, writing), lines, rows: records.map(row) };
}

function encoded(text: string, { encoding, byteOrderMark }: Writing): Buffer {
  if (encoding === "utf-8") return Buffer.from((byteOrderMark ? "\ufeff" : "") + text);
  const units = Buffer.from(`\ufeff${text}`, "utf16le");
  return encoding === "utf-16le" ? units : units.swap16();
}

/** The reads of a file as its text is read: transcoded where it takes that. */
export function asText(reads: readonly Buffer[], encoding: Encoding): Buffer[] {
  if (encoding === "utf-8") return [...reads];
  const transcoder = new Utf16Transcoder(encoding);
  return [...reads.map((read) => transcoder.write(read)), transcoder.end()];
}

/** The bytes in reads, cut where told. */
export function inReads(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  places.sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}
