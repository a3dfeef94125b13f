import { describe, expect, test } from "@jest/globals";
import { DELIMITERS, readDialect, type Delimiter } from "../../../src/sources/dialect.ts";
import { papaParseCases, type PapaCase } from "./papaParseCases.ts";
import { readBody, readCsv, type ReadRow } from "./readCsv.ts";

/** Options that make another text of a text, or other values of its fields: no payment file comes with any. */
const OPTIONS_THAT_DO_NOT_APPLY: Readonly<Record<string, string>> = {
  comments: "a line that begins with # is a record like any other",
  dynamicTyping: "the contract says what a column is, not its values",
  transform: "values are read as written",
  transformHeader: "names are read as written, but for case, spaces, dashes and underscores",
  preview: "files are read whole",
  skipFirstNLines: "the first line that is not blank is the header",
  quoteChar: "quotes are double quotes",
  escapeChar: "a quote in quotes is doubled",
};

/** Cases of which no option tells that they are not for us. */
const CASES_THAT_DO_NOT_APPLY: Readonly<Record<string, string>> = {
  "Simple duplicated header names": "names are not made unique: a column twice refuses the file",
  "Duplicated header names existing column": "the same",
  "Duplicate header names with __proto__ field": "the same",
  "Parsing with skipEmptyLines set to 'greedy'":
    "a record of empty fields is one; values that are missing reject it",
  "Parsing with skipEmptyLines set to 'greedy' with quotes and delimiters as content": "the same",
};

/** Where we know better than to read the same: rows of so many columns, and what each comes to here. */
const DIFFERENCES: Readonly<Record<string, { why: string; columns: number; rows: readonly ReadRow[] }>> = {
  "Quoted field with whitespace around quotes": {
    why: "spaces around quotes belong to no value",
    columns: 3,
    rows: [["A", "B", "C"]],
  },
  "Mixed slash n and slash r should choose first as precident": {
    why: "each line end is one, whatever the others are",
    columns: 3,
    rows: [
      ["a", "b", "c"],
      ["d", "e", "f"],
      ["g", "h", "i"],
    ],
  },
  "Header row only": { why: "the suite tells data only", columns: 3, rows: [["A", "B", "C"]] },
  "Row with too few fields": {
    why: "a record is not padded",
    columns: 3,
    rows: [["A", "B", "C"], "column_count"],
  },
  ...broken("Unquoted field with quotes at end of field", ["stray_quote"]),
  ...broken("Misplaced quotes in data, not as opening quotes", ["stray_quote"]),
  ...broken("Misplaced quotes in data twice, not as opening quotes", ["stray_quote", "stray_quote"]),
  ...broken("Quoted field has no closing quote", ["unclosed_quote", ["d", "e", "f"]]),
  ...broken("Quoted field has invalid trailing quote after delimiter with a valid closer", [
    "stray_quote",
    ["d", "e", "f"],
  ]),
  ...broken("Quoted field has invalid trailing quote after delimiter", ["stray_quote", ["d", "e", "f"]]),
  ...broken("Quoted field has invalid trailing quote before delimiter", ["stray_quote", ["e", "f", "g"]]),
  ...broken("Quoted field has invalid trailing quote after new line", ["unclosed_quote", "stray_quote"]),
};

function broken(description: string, rows: readonly ReadRow[]) {
  return { [description]: { why: "what a stray quote means is not guessed", columns: 3, rows } };
}

const ofOurs = (delimiter: unknown): delimiter is Delimiter => DELIMITERS.some((ours) => ours === delimiter);

/** Why a case is not for us; undefined where it is. */
function whyNot({ description, config = {} }: PapaCase): string | undefined {
  const { delimiter } = config;
  if (delimiter !== undefined && !ofOurs(delimiter)) return "no such delimiter is known here";
  const option = Object.keys(config).find((name) => OPTIONS_THAT_DO_NOT_APPLY[name] !== undefined);
  return OPTIONS_THAT_DO_NOT_APPLY[option ?? ""] ?? CASES_THAT_DO_NOT_APPLY[description];
}

/**
 * The rows that the suite expects, as they are here: a header is a row, blank lines are none, and a row with more or
 * fewer fields than the first is rejected.
 */
function expectedRows({ expected: { data } }: PapaCase): ReadRow[] {
  const [first] = data;
  const names =
    first === undefined || isRow(first)
      ? []
      : [Object.keys(first).filter((name) => name !== "__parsed_extra")];
  const rows = [...names, ...data.map((row) => (isRow(row) ? row : (Object.values(row) as string[])))];
  const written = rows.filter((row) => row.length !== 1 || row[0]?.trim() !== "");
  return written.map((row) => (row.length === written[0]?.length ? row : "column_count"));
}

const isRow = (row: object): row is readonly string[] => Array.isArray(row);

const all = papaParseCases();
const applicable = all.filter((one) => whyNot(one) === undefined);

describe("the suite of PapaParse", () => {
  test("has the cases that are told of here, and as many that apply as when they were looked through", () => {
    const descriptions = all.map(({ description }) => description);
    for (const told of [...Object.keys(DIFFERENCES), ...Object.keys(CASES_THAT_DO_NOT_APPLY)])
      expect(descriptions).toContain(told);
    expect({ all: all.length, applicable: applicable.length }).toEqual({ all: 161, applicable: 98 });
  });

  test.each(applicable.map((one) => [one.description, one] as const))("%s", async (description, one) => {
    const known = DIFFERENCES[description];
    const rows = known?.rows ?? expectedRows(one);
    const text = Buffer.from(one.input);
    const [header] = rows;
    const whole = await readCsv(text);
    // What is broken, or not there, cannot be a header.
    if (header === undefined || typeof header === "string") {
      expect(whole).toEqual({ refusal: expect.stringMatching(/header|empty/) });
    } else expect(whole).toEqual(rows);

    // The same as records of a file that has its header already.
    const dialect = await readDialect(text, true);
    const told = one.config?.["delimiter"];
    const delimiter = ofOurs(told) ? told : "refusal" in dialect ? "," : dialect.delimiter;
    const withoutMark = Buffer.from(one.input.replace(/^\ufeff/, ""));
    expect(await readBody(withoutMark, delimiter, known?.columns ?? header?.length ?? 1)).toEqual(rows);
  });
});
