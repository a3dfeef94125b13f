import { TRANSACTIONS_HEADER, transactionRecords } from "../../fixtures/sourceText.ts";
import { repeated, type Piece } from "./writtenFile.ts";

/** A file of about a size that is sound but for what is to blow up whoever reads it. */
export interface Bomb {
  readonly name: string;
  /** Its sound transactions have ids from `firstId` on, so that several can be loaded beside each other. */
  readonly pieces: (bytes: number, firstId: number) => Iterable<Piece>;
  /** What comes of it: counts, or what the message says of why the file stopped. Of any size, unless it depends on it. */
  readonly comesTo: Outcome | ((bytes: number) => Outcome);
}

export type Outcome =
  | { readonly loaded: number; readonly rejected: Readonly<Record<string, number>> }
  | { readonly stops: RegExp };

/** Sound records before and after; 1 of 1,001 rejected is less than MAX_REJECT_RATIO. */
const BEFORE = 500;
const good = (from: number, count: number): string =>
  transactionRecords(...Array.from({ length: count }, (_, index) => ({ id: from + index })));
const headerAndBefore = (firstId: number): string => `${TRANSACTIONS_HEADER}${good(firstId, BEFORE)}`;
const after = (firstId: number): string => good(firstId + BEFORE, BEFORE);

/** Sound records of two kilobytes each, so that many bytes are few records. */
const WIDE_BYTES = 2_000;
function* wide(from: number, bytes: number): Generator<string> {
  const texts = { product_name: "n".repeat(980), category_name: "c".repeat(900) };
  for (let id = from; id < from + wideCount(bytes); id += 100)
    yield transactionRecords(...Array.from({ length: 100 }, (_, index) => ({ id: id + index, ...texts })));
}
const wideCount = (bytes: number): number => Math.ceil(bytes / WIDE_BYTES / 100) * 100;

/** Between sound records stands something that is one line, however long. */
const line = (name: string, what: (bytes: number) => Iterable<Piece>, reason: string): Bomb => ({
  name,
  *pieces(bytes, firstId) {
    yield headerAndBefore(firstId);
    yield* what(bytes);
    yield `\n${after(firstId)}`;
  },
  comesTo: { loaded: 2 * BEFORE, rejected: { [reason]: 1 } },
});
/** After sound records come nothing but lines that are none. */
const lines = (name: string, unit: string, reason: string): Bomb => ({
  name,
  *pieces(bytes, firstId) {
    yield headerAndBefore(firstId);
    yield* repeated(unit, bytes);
  },
  comesTo: {
    stops: new RegExp(`:${BEFORE + 2}: \\d+ of the first \\d+ records.*: ${reason} \\d+ \\(first at line`),
  },
});
/** Between sound records stands something that is no line at all. */
const nothing = (name: string, unit: string): Bomb => ({
  name,
  *pieces(bytes, firstId) {
    yield headerAndBefore(firstId);
    yield* repeated(unit, bytes);
    yield after(firstId);
  },
  comesTo: { loaded: 2 * BEFORE, rejected: {} },
});
const inUtf16 = (pieces: Iterable<string | Buffer>): Piece[] =>
  [...pieces].map((piece) => (typeof piece === "string" ? Buffer.from(piece, "utf16le") : piece));

const LONG_LINE_BYTES = 100_000_000;
const CELL_BYTES = 900_000;

export const BOMBS: readonly Bomb[] = [
  {
    name: "one quote, never closed, from the first field on",
    *pieces(bytes) {
      yield `${TRANSACTIONS_HEADER}"`;
      yield* repeated("1,1,Roses and ", bytes);
    },
    comesTo: { stops: /:2: 1 of the first 1 records.*record_too_long 1 \(first at line 2\)/ },
  },
  {
    name: "one quote, never closed, before sound lines",
    *pieces(bytes, firstId) {
      yield `${TRANSACTIONS_HEADER}"${good(firstId, 1)}`;
      yield* wide(firstId + 1, bytes);
    },
    comesTo: (bytes) => ({ loaded: wideCount(bytes), rejected: { unclosed_quote: 1 } }),
  },
  {
    name: "one quote, never closed, in the middle of sound lines",
    *pieces(bytes, firstId) {
      yield* [TRANSACTIONS_HEADER, ...wide(firstId, bytes / 2)];
      yield `${firstId + wideCount(bytes / 2)},1,"Roses\n`;
      yield* wide(firstId + wideCount(bytes / 2) + 1, bytes / 2);
    },
    comesTo: (bytes) => ({ loaded: 2 * wideCount(bytes / 2), rejected: { unclosed_quote: 1 } }),
  },
  {
    name: "lines of 100 MB beside sound ones",
    *pieces(bytes, firstId) {
      yield headerAndBefore(firstId);
      for (let left = bytes; left > 0; left -= LONG_LINE_BYTES) {
        yield* repeated("1,1,Roses", Math.min(left, LONG_LINE_BYTES));
        yield "\n";
      }
      yield after(firstId);
    },
    comesTo: (bytes) => ({
      loaded: 2 * BEFORE,
      rejected: { record_too_long: Math.ceil(bytes / LONG_LINE_BYTES) },
    }),
  },
  line("a run of NUL bytes", (bytes) => [{ hole: bytes }], "record_too_long"),
  line(
    "a field of NUL bytes",
    () => [good(9_999, 1).trimEnd().replace("Tulips", "\0".repeat(900))],
    "nul_byte",
  ),
  line(
    "bytes that are no UTF-8",
    () => repeated(Buffer.of(0xc3, 0x28, 0xff), CELL_BYTES),
    "invalid_encoding",
  ),
  line("a million delimiters", () => repeated(",", 1_000_000), "column_count"),
  line("a gigabyte of delimiters", (bytes) => repeated(",", bytes), "record_too_long"),
  line("a billion quotes", (bytes) => repeated('"', bytes), "record_too_long"),
  line('a line of ","', (bytes) => repeated('","', bytes), "record_too_long"),
  line("a record of 180,000 quoted fields", () => repeated('" ",', 720_000), "column_count"),
  nothing("empty lines", "\n"),
  nothing("blank lines", " \r\n"),
  lines("lines of one letter", "x\n", "column_count"),
  lines("lines of odd quotes", '"""\n', "unclosed_quote"),
  lines("lines that open a quote each", '1,1,"x\n', "unclosed_quote"),
  lines('lines of ","', `${'","'.repeat(20)}\n`, "column_count"),
  lines("lines with a space before their quotes", ' "x"\n', "column_count"),
  lines("lines of quotes that keep the one before them open", '"a\n""\n""\n""\n', "column_count"),
  {
    name: "lone \\. lines",
    *pieces(_bytes, firstId) {
      yield `${TRANSACTIONS_HEADER}\\.\n${good(firstId, BEFORE)}\\.\n${after(firstId)}\\.\n`;
    },
    comesTo: { loaded: 2 * BEFORE, rejected: { column_count: 3 } },
  },
  {
    name: "Latin-1",
    *pieces(bytes, firstId) {
      yield headerAndBefore(firstId);
      yield* repeated(Buffer.from(good(firstId + BEFORE, 1).replace("Tulips", "Café"), "latin1"), bytes);
    },
    comesTo: { stops: /invalid_encoding \d+ \(first at line 502\)/ },
  },
  {
    name: "UTF-16 that is halves of characters",
    pieces: (bytes, firstId) =>
      inUtf16([
        `\ufeff${headerAndBefore(firstId)}`,
        ...repeated(Buffer.of(0, 0xd8), Math.min(bytes, 1 << 25)),
        `\n${after(firstId)}`,
      ]),
    comesTo: { loaded: 2 * BEFORE, rejected: { record_too_long: 1 } },
  },
];
