import fc from "fast-check";
import type { SourceName } from "../../../src/sources/contracts.ts";
import { harmed, harmOf, mutations, type Harm, type Mutation } from "./mutation.ts";
import {
  contentsOf,
  dialects,
  isUtf16,
  recordsUnder,
  writeFile,
  type FileDialect,
  type WrittenFile,
} from "./writtenFile.ts";

/** A good file, and what one mutation made of it. */
export interface MutatedFile {
  readonly source: SourceName;
  readonly dialect: FileDialect;
  readonly file: WrittenFile;
  /** Of the same header and dialect, to splice with. */
  readonly another: WrittenFile;
  readonly kind: Mutation["kind"];
  readonly harm: Harm;
  readonly bytes: Buffer;
}

/** Most files are of sales, as they are where money is. */
export const anySource: fc.Arbitrary<SourceName> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<SourceName>("transactions") },
  { weight: 1, arbitrary: fc.constantFrom<SourceName>("stores", "devices") },
);

/** Names that need quotes. At the quote before a line end a field that was left open is closed. */
const QUOTED_NAMES = [
  "\nRoses",
  "\nRoses",
  "Roses\n",
  "\n",
  "a\nb",
  "Mirror, oval",
  '"',
  'The "Oak"',
  "1,1\n2,2",
];
const NAME = "product_name";
const PLAIN: Readonly<Record<string, string>> = {
  ...{
    device_id: "1",
    product_sku: "3770009015048",
    category_name: "Flowers",
    amount: "10.00",
    status: "accepted",
  },
  ...{ created_at: "2022-02-01T10:00:00Z", happened_at: "2022-02-01T09:00:00Z" },
};

/** Files of up to forty sales, few of which need quotes, with one quote taken out, or one put in before a name. */
export const filesWithAQuoteAmiss: fc.Arbitrary<MutatedFile> = fc
  .record({
    content: contentsOf(fc.constant("transactions"), 1),
    names: fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constant("Roses") },
        { weight: 1, arbitrary: fc.constantFrom(...QUOTED_NAMES) },
      ),
      { minLength: 5, maxLength: 40, size: "max" },
    ),
    written: dialects.filter((dialect) => !isUtf16(dialect)),
    isTaken: fc.boolean(),
    place: fc.nat(),
  })
  .map(({ content: { source, ...content }, names, written, isTaken, place }) => {
    // Behind its quote a field that was left open goes on to the end of its record: only the last one can.
    const header = [...content.header.filter((name) => name !== NAME), NAME];
    const dialect: FileDialect = { ...written, quotes: "needed" };
    const fieldsOf = (name: string, index: number): string[] =>
      header.map((column) => ({ ...PLAIN, id: String(index + 1), [NAME]: name })[column] ?? "");
    const records = names.map(fieldsOf);
    const file = writeFile({ source, header, records }, dialect);
    const quotes = [...file.bytes.keys()].filter((at) => at >= file.headerEnd && file.bytes[at] === QUOTE);
    const before = header.slice(0, -1);
    const nameStarts = file.places.map(({ start }, index) => {
      const fields = fieldsOf("", index).slice(0, before.length);
      return start + fields.reduce((length, field) => length + field.length + 1, 0);
    });
    const isQuoteGone = isTaken && quotes.length > 0;
    const places = isQuoteGone ? quotes : nameStarts;
    const start = places[place % places.length] ?? file.headerEnd;
    const harm: Harm = {
      ...{ start, end: start + (isQuoteGone ? 1 : 0), suffixOf: file },
      inserted: Buffer.from(isQuoteGone ? "" : '"'),
    };
    const kind = isQuoteGone ? "delete a mark" : "insert a mark";
    return { source, dialect, file, another: file, kind, harm, bytes: harmed(file, harm) };
  });

const QUOTE = '"'.charCodeAt(0);

/** Good files in any dialect, of at most so many records, each with one mutation. */
export function mutatedFiles(
  sources: fc.Arbitrary<SourceName>,
  maxRecords: number,
): fc.Arbitrary<MutatedFile> {
  return contentsOf(sources, maxRecords).chain((content) => {
    const others = recordsUnder(content.source, content.header, maxRecords);
    return fc.record({ others, dialect: dialects, mutation: mutations }).map((made) => {
      const file = writeFile(content, made.dialect);
      const another = writeFile({ ...content, records: made.others }, made.dialect);
      const harm = harmOf(made.mutation, file, another, made.dialect);
      const bytes = harmed(file, harm);
      const { source } = content;
      return { source, dialect: made.dialect, file, another, kind: made.mutation.kind, harm, bytes };
    });
  });
}
