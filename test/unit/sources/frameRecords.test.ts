import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { frameRecords } from "../../../src/sources/frameRecords.ts";
import { parseFramedText } from "../../../src/sources/parseFramedText.ts";
import { CASES } from "./cases.ts";

const rules = (delimiter = ",") => ({
  delimiter: delimiter.charCodeAt(0),
  fieldCount: 0,
  maxRecordBytes: 1 << 20,
});
const frame = (text: string, atEnd = true) => frameRecords(Buffer.from(text), atEnd, rules());

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
        const { frames } = frameRecords(buffer, true, rules(delimiter));
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
