import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { transferOf } from "../../../src/sources/frameList.ts";
import { frameRecords, type FramingRules } from "../../../src/sources/frameRecords.ts";
import { parseFramedText } from "../../../src/sources/parseFramedText.ts";
import { CASES } from "./cases.ts";
import { frameByByte } from "./frameByByte.ts";
import { framesOf } from "./framesOf.ts";
import { cutLists, inReads } from "./writtenFiles.ts";

const rules = (delimiter = ",") => ({
  delimiter: delimiter.charCodeAt(0),
  fieldCount: 0,
  maxRecordBytes: 1 << 20,
});
const framed = (buffer: Buffer, atEnd: boolean, by: FramingRules) => {
  const { frames, consumed, lines } = frameRecords(buffer, atEnd, by);
  return { frames: framesOf(frames), consumed, lines };
};
const frame = (text: string, atEnd = true) => framed(Buffer.from(text), atEnd, rules());

/** Fields of one well-quoted record, read the slow and plain way; white space around them does not count. */
function plainFields(text: string, delimiter: string): string[] {
  const fields: string[] = [];
  let rest = text;
  for (;;) {
    const quoted = /^[ \t]*"((?:[^"]|"")*)"[ \t]*/.exec(rest);
    const field = quoted?.[1]?.replaceAll('""', '"') ?? rest.split(delimiter)[0] ?? "";
    fields.push(quoted === null ? field.trim() : field);
    rest = rest.slice(quoted === null ? (rest.split(delimiter)[0] ?? "").length : quoted[0].length);
    if (!rest.startsWith(delimiter)) return fields;
    rest = rest.slice(1);
  }
}

describe("frameRecords", () => {
  test("hands fast-csv only records that it reads, and reads like a plain parser", async () => {
    const texts = fc.array(
      fc.oneof(
        fc.constantFrom(
          '"',
          '""',
          ",",
          '","',
          '"\n',
          "\n",
          "\r\n",
          "\r",
          " ",
          "a",
          "é",
          "\u00a0",
          "\v",
          "\u2028",
          ",,",
        ),
        fc.string(),
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom(",", ";", "|"), async (list, delimiter) => {
        const buffer = Buffer.from(list.join("").replaceAll(",", delimiter));
        const { frames } = framed(buffer, true, rules(delimiter));
        const whole = frames.filter((found) => found.reason === null);
        const records = whole
          .map((found) => buffer.toString("utf8", found.start, found.end))
          // fast-csv finds no field in a line of white space that is not spaces and tabs; it is rejected either way.
          .filter((record) => record.trim() !== "");
        const rows = await parseFramedText(records.map((record) => `${record}\n`).join(""), delimiter);
        const expected = records.map((record) => plainFields(record, delimiter).map((field) => field.trim()));
        expect(rows.map((row) => row.map((field) => field.trim()))).toEqual(expected);
      }),
      { numRuns: CASES },
    );
  });

  test("leaves an unfinished record for the next call", () => {
    expect(frame("1,2\n3,4", false)).toMatchObject({ consumed: 4, lines: 1, frames: [{ start: 0, end: 3 }] });
    expect(frame('1,2\n3,"4\n', false)).toMatchObject({ consumed: 4, lines: 1 });
    expect(frame('1,"2"', false)).toMatchObject({ consumed: 0, frames: [] });
  });

  test("waits for what follows a CR, since an LF may belong to it", () => {
    expect(frame("1,2\r", false)).toMatchObject({ consumed: 0, frames: [] });
    expect(frame("1,2\r\n", false)).toMatchObject({ consumed: 5, lines: 1 });
    expect(frame("1,2\r")).toMatchObject({ consumed: 4, lines: 1, frames: [{ end: 3 }] });
    expect(frame('1,"2"x\r', false)).toMatchObject({ consumed: 0, frames: [] });
  });

  test("counts blank lines, and makes no record of them", () => {
    const { frames, lines } = frame("\n1,2\n \t\n\r\n3,4\n\n");
    expect(frames.map(({ line }) => line)).toEqual([1, 4]);
    expect(lines).toBe(6);
  });

  test("takes quotes after spaces, doubled quotes, and line ends in quotes", () => {
    const { frames, lines } = frame('  "a" , "b ""c"""\n"d\r\ne\rf\ng","",""\n');
    expect(frames).toMatchObject([
      { line: 0, reason: null },
      { line: 1, reason: null },
    ]);
    expect(lines).toBe(5);
  });
});

describe("any bytes at all", () => {
  const quoted = [
    '"',
    '""',
    '"a"',
    '"a""b"',
    ',"b",',
    '"\n"',
    '"c\r\nd"',
    ' "e" ',
    '"f"g',
    '"\n"h"\n',
    '"""',
    '"i',
  ];
  const plain = [
    "a",
    ",",
    ";",
    "\t",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    " \t\n",
    "1,2\n",
    "3;4\r\n",
    "é",
    "\0",
    "x".repeat(37),
  ];
  const bytes = fc
    .array(fc.oneof(fc.constantFrom(...quoted, ...plain), fc.constant(Buffer.from([0xff]))), {
      maxLength: 24,
    })
    .map((pieces) => Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
  const rulesOfAll: fc.Arbitrary<FramingRules> = fc
    .record({
      delimiter: fc.constantFrom(",", ";", "\t", "|"),
      fieldCount: fc.integer({ min: 0, max: 3 }),
      maxRecordBytes: fc.constantFrom(0, 1, 2, 5, 12, 40, 1 << 20),
      stopAfter: fc.constantFrom(undefined, undefined, 1, 2),
    })
    .map(({ delimiter, stopAfter, ...others }) => ({
      ...others,
      delimiter: delimiter.charCodeAt(0),
      ...(stopAfter !== undefined && { stopAfter }),
    }));

  test("are framed as one loop over all bytes frames them, wherever they are cut", async () => {
    fc.assert(
      fc.property(bytes, cutLists, rulesOfAll, (all, cuts, by) => {
        let pending = Buffer.alloc(0);
        const reads = inReads(all, cuts);
        for (const [index, read] of reads.entries()) {
          pending = Buffer.concat([pending, read]);
          for (const atEnd of index + 1 === reads.length ? [false, true] : [false]) {
            const made = framed(pending, atEnd, by);
            expect(made).toEqual(frameByByte(pending, atEnd, by));
            pending = pending.subarray(made.consumed);
          }
        }
      }),
      { numRuns: CASES },
    );
  });

  test("of many short records need more room than was thought", () => {
    const many = Buffer.from("1\n".repeat(1_000));
    const { frames, lines } = framed(many, true, rules());
    expect(lines).toBe(1_000);
    expect(frames.at(-1)).toEqual({ start: 1_998, end: 1_999, line: 999, reason: null });
  });

  test("are framed in columns that another thread can be given", () => {
    const { frames } = frameRecords(Buffer.from('1,2\n3,"4\n5,6\n'), true, rules());
    const expected = framesOf(frames);
    const moved = structuredClone({ ...frames }, { transfer: transferOf(frames) });
    expect(framesOf(moved)).toEqual(expected);
    expect(frames.starts).toHaveLength(0);
  });
});
