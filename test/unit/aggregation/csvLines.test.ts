import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseString, writeToString } from "fast-csv";
import { csvLines } from "../../../src/aggregation/csvLines.ts";

/** Texts of what CSV is about, none of which a spreadsheet would take for a formula. */
const texts = fc
  .array(fc.constantFrom('"', ",", "\n", "\r", "\r\n", " ", ";", "é", "𝄞", "'", "a", "1"), { maxLength: 8 })
  .map((parts) => `x${parts.join("")}`);

const rows = fc.array(fc.tuple(texts, texts), { minLength: 1 });

const readRows = (csv: string): Promise<string[][]> =>
  new Promise((resolve, reject) => {
    const read: string[][] = [];
    parseString<string[], string[]>(csv)
      .on("data", (row: string[]) => read.push(row))
      .on("error", reject)
      .on("end", () => {
        resolve(read);
      });
  });

describe("rows as CSV", () => {
  test("are read as they were, whatever their fields hold", async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (written) => {
        expect(await readRows(csvLines(written))).toEqual(written);
      }),
    );
  });

  test("are what fast-csv writes", async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (written) => {
        expect(csvLines(written)).toBe(await writeToString(written, { includeEndRowDelimiter: true }));
      }),
    );
  });

  test("have numbers, truths and nothing as they are, and no formula", () => {
    const values = [
      ["a", "b"],
      [1, -2],
      [true, null],
      ["-3.50", "=1+1"],
      ['=HYPERLINK("x","y")', " @a"],
    ];
    expect(csvLines(values)).toBe(`a,b\n1,-2\ntrue,\n-3.50,'=1+1\n"'=HYPERLINK(""x"",""y"")",' @a\n`);
    expect(csvLines([])).toBe("");
  });
});
