import fc from "fast-check";
import { encoded, isUtf16, type FileDialect, type WrittenFile } from "./writtenFile.ts";

/** How a file comes to harm. Places are taken modulo what there is. */
export interface Mutation {
  readonly kind: (typeof KINDS)[number];
  readonly place: number;
  readonly other: number;
  /** A character's code, or a byte. */
  readonly code: number;
  /** In UTF-16, by the byte: what is inserted or deleted shifts all that follows by half a character. */
  readonly byByte: boolean;
}

export const KINDS = [
  "flip a bit",
  "replace",
  "insert",
  "delete",
  "duplicate",
  "insert a mark",
  "delete a mark",
  "replace a mark",
  "cut",
  "swap lines",
  "duplicate a line",
  "splice",
] as const;

/** Quote, delimiters, line ends, NUL, 0xFF. */
const MARKS = ['"', '"', ",", ";", "\t", "|", "\n", "\r", "\0", "\u00ff", " "].map((mark) =>
  mark.charCodeAt(0),
);

export const mutations: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom(...KINDS),
  place: fc.nat(),
  other: fc.nat(),
  code: fc.oneof(fc.constantFrom(...MARKS), fc.nat(255)),
  byByte: fc.integer({ min: 0, max: 3 }).map((one) => one === 0),
});

/** What was done: the file's bytes up to `start`, then `inserted`, then those of `suffixOf` from `end` on. */
export interface Harm {
  readonly start: number;
  readonly inserted: Buffer;
  readonly suffixOf: WrittenFile;
  readonly end: number;
}

/** @param another of the same header and dialect */
export function harmOf(
  mutation: Mutation,
  file: WrittenFile,
  another: WrittenFile,
  dialect: FileDialect,
): Harm {
  const { bytes } = file;
  const width = isUtf16(dialect) && !mutation.byByte ? 2 : 1;
  const at = width * (mutation.place % Math.floor(bytes.length / width));
  const byte =
    width === 1 ? Buffer.from([mutation.code]) : encoded(String.fromCharCode(mutation.code), dialect);
  const harm = (start: number, end: number, ...inserted: Buffer[]): Harm => ({
    start,
    end,
    inserted: Buffer.concat(inserted),
    suffixOf: file,
  });
  const found = bytes.subarray(at, at + width);
  switch (mutation.kind) {
    case "flip a bit": {
      const flipped = Buffer.from(found);
      const bit = mutation.other % (8 * width);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return harm(at, at + width, flipped);
    }
    case "replace":
      return harm(at, at + width, byte);
    case "insert":
      return harm(at, at, byte);
    case "delete":
      return harm(at, at + width);
    case "duplicate":
      return harm(at, at, found);
    case "insert a mark":
      return harm(at, at, markOf(mutation, width, dialect));
    case "delete a mark": {
      const mark = markIn(file, mutation, width, dialect);
      return harm(mark, mark + width);
    }
    case "replace a mark": {
      const mark = markIn(file, mutation, width, dialect);
      return harm(mark, mark + width, markOf(mutation, width, dialect));
    }
    case "cut":
      return harm(at, bytes.length);
    case "swap lines": {
      const lines = linesOf(file, dialect);
      const first = mutation.place % lines.length;
      const [one, two] = [lines[first], lines[first + 1]];
      if (one === undefined || two === undefined) return harm(at, at);
      return harm(one.start, two.end, bytes.subarray(two.start, two.end), bytes.subarray(one.start, one.end));
    }
    case "duplicate a line": {
      const lines = linesOf(file, dialect);
      const line = lines[mutation.place % lines.length] ?? { start: 0, end: 0 };
      return harm(line.end, line.end, bytes.subarray(line.start, line.end));
    }
    case "splice": {
      const end = width * (mutation.other % Math.floor(another.bytes.length / width));
      return { start: at, inserted: Buffer.alloc(0), suffixOf: another, end };
    }
  }
}

const markOf = ({ other }: Mutation, width: number, dialect: FileDialect): Buffer => {
  const code = MARKS[other % MARKS.length] ?? 0;
  return width === 1 ? Buffer.from([code]) : encoded(String.fromCharCode(code), dialect);
};

/** One of the places where a kind of mark stands; any place where there is none. */
function markIn(
  { bytes }: WrittenFile,
  { place, code }: Mutation,
  width: number,
  dialect: FileDialect,
): number {
  const kinds = ['"', dialect.delimiter, "\n", "\r"];
  const mark = encoded(kinds[code % kinds.length] ?? '"', dialect).subarray(0, width);
  const places: number[] = [];
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1))
    if (at % width === 0) places.push(at);
  return places[place % places.length] ?? width * (place % Math.floor(bytes.length / width));
}

/** Physical lines of a file, ends and all. */
function linesOf({ bytes }: WrittenFile, dialect: FileDialect): { start: number; end: number }[] {
  const width = isUtf16(dialect) ? 2 : 1;
  const codes: number[] = [];
  for (let at = 0; at + width <= bytes.length; at += width) {
    codes.push(
      width === 1
        ? (bytes[at] ?? 0)
        : dialect.encoding === "utf-16le"
          ? bytes.readUInt16LE(at)
          : bytes.readUInt16BE(at),
    );
  }
  const lines: { start: number; end: number }[] = [];
  let start = 0;
  for (const [index, code] of codes.entries()) {
    const isEnd = code === 10 || (code === 13 && codes[index + 1] !== 10) || index === codes.length - 1;
    if (!isEnd) continue;
    lines.push({ start, end: width * (index + 1) });
    start = width * (index + 1);
  }
  return lines;
}

/** The bytes that harm leaves. */
export function harmed({ bytes }: WrittenFile, { start, inserted, suffixOf, end }: Harm): Buffer {
  return Buffer.concat([bytes.subarray(0, start), inserted, suffixOf.bytes.subarray(end)]);
}
