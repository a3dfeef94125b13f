import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { csvRecord } from "../../../../src/lib/csvText.ts";
import { jsonHeader, jsonRecord } from "../../../../src/sources/carriers/jsonRecord.ts";
import { jsonShape } from "../../../../src/sources/carriers/jsonShape.ts";
import { CONTRACTS } from "../../../../src/sources/contracts.ts";
import { CASES } from "../cases.ts";

const KEYS = [...CONTRACTS.transactions.columns.map(({ name }) => name), "note"];
const HEADER = jsonHeader(KEYS);

/** The fields of a record that has any, by their keys; or why it has none. */
function read(line: string): unknown {
  const record = jsonRecord(line, HEADER);
  if ("rejected" in record) return record.rejected;
  return Object.fromEntries(
    record.fields.flatMap((field, index) => (field === "" ? [] : [[KEYS[index], field]])),
  );
}

describe("an object is read", () => {
  test.each([
    ['{"id":9007199254740993,"amount":749.10}', { id: "9007199254740993", amount: "749.10" }],
    ['{"product_sku":3.770009015048E12,"amount":1e3}', { product_sku: "3770009015048", amount: "1e3" }],
    ['{"card_number":4.50823E+15,"cvv":"012"}', { card_number: "4.50823E+15", cvv: "012" }],
    [' { "status" : true , "amount":null } ', { status: "true" }],
    [
      '{"product_name":"Chef\\u0027s \\"knife\\",\\n\\ud83d\\ude00"}',
      { product_name: 'Chef\'s "knife",\n😀' },
    ],
    ['{"note":[1,{"a":2}],"other":{"id":1},"id":1}', { id: "1" }],
    ['{"id":1,"id":1}', { id: "1" }],
    ["{}", {}],
  ])("%s", (line, fields) => {
    expect(read(line)).toEqual(fields);
  });
});

describe("a line is rejected", () => {
  test.each([
    ["", "no_json_object", null],
    ["1", "no_json_object", null],
    ["null", "no_json_object", null],
    ['"id"', "no_json_object", null],
    ['[{"id":1}]', "no_json_object", null],
    ['{"id":1', "no_json_object", null],
    ['{"id":1}{"id":2}', "no_json_object", null],
    ['{"id":01}', "no_json_object", null],
    ['{"id":NaN}', "no_json_object", null],
    ["{'id':1}", "no_json_object", null],
    ['{"id":1,}', "no_json_object", null],
    ['{"product_name":"a\tb"}', "no_json_object", null],
    [`{"note":${"[".repeat(200_000)}`, "no_json_object", null],
    ['{"id":{"$numberLong":"1"}}', "nested_value", "id"],
    ['{"product_name":["Tulips"]}', "nested_value", "product_name"],
    ['{"id":1,"status":"accepted","id":2}', "repeated_field", "id"],
    ['{"note":1,"note":2}', "repeated_field", null],
    ['{"Card Number":"4"}', "late_field", "card_number"],
    ['{"product_name":"\\ud83d"}', "invalid_encoding", "product_name"],
  ])("%s: %s", (line, reason, column) => {
    expect(read(line)).toEqual({ reason, column });
  });

  test("but not for a field that no object had before where the file's contract does not know it", () => {
    // Stores have one.
    expect(read('{"id":1,"country":"France"}')).toEqual({ id: "1" });
    expect(read('{"id":1,"Card Number":null}')).toEqual({ id: "1" });
  });

  test("with its text, for a redacted note", () => {
    expect(jsonRecord("oops", HEADER)).toMatchObject({ text: "oops" });
  });
});

/** Texts of JSON, most of them objects as exports write them. */
const texts = fc.string({
  unit: fc.oneof(
    fc.constantFrom("a", " ", '"', "\\", ",", "\n", "\u0000", "é", "😀"),
    fc.string({ maxLength: 1 }),
  ),
});
const numbers = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,4})?([eE][+-]?\d{1,2})?$/);
const values = fc.oneof(
  texts.map((text) => JSON.stringify(text)),
  numbers,
  fc.constantFrom("true", "false", "null", "[]", '{"a":1}', '"\\u0041"', "01", "", "tru"),
);
const plainValues = fc.oneof(numbers, fc.constantFrom('"Tulips"', '"é, 😀"', "null", "true", '""'));
const spaces = fc.constantFrom("", " ", "\t", "\r", "\n", "\u00a0");
const awkward = fc.record({
  members: fc.array(
    fc.tuple(fc.constantFrom(...KEYS, "other", "Id", "constructor", "__proto__"), values, spaces, spaces),
    { maxLength: 8 },
  ),
  before: spaces,
  after: spaces,
});
/** As exports write them. */
const ordinary = fc.record({
  members: fc.uniqueArray(
    fc.tuple(fc.constantFrom(...KEYS), plainValues, fc.constant(""), fc.constantFrom("", " ", "\t")),
    { selector: ([key]) => key },
  ),
  before: fc.constant(""),
  after: fc.constantFrom("", "\r"),
});
const lines = fc.oneof(ordinary, awkward).map(({ members: all, before, after }) => {
  const written = all.map(
    ([key, value, left, right]) => `${left}${JSON.stringify(key)}${right}:${left}${value}${right}`,
  );
  return `${before}{${written.join(",")}}${after}`;
});

test("what is in a shape is read alike without it", () => {
  let inShape = 0;
  fc.assert(
    fc.property(lines, fc.uniqueArray(fc.constantFrom(...KEYS)), (line, others) => {
      for (const keys of [keysOf(line), others]) {
        const record = jsonShape(keys, HEADER)(line);
        if (record === undefined) continue;
        inShape += 1;
        expect(jsonRecord(line, HEADER)).toEqual({ fields: expect.any(Array) });
        const { fields } = jsonRecord(line, HEADER) as { fields: string[] };
        expect(record).toBe(csvRecord(fields));
      }
    }),
    { numRuns: CASES },
  );
  expect(inShape).toBeGreaterThan(CASES / 20);
});

/** Keys of the object on a line, if they are of the header. */
function keysOf(line: string): string[] {
  try {
    return Object.keys(JSON.parse(line) as object).filter((key) => KEYS.includes(key));
  } catch {
    return [];
  }
}

test("is read wherever it is JSON, with the values that JSON.parse finds", () => {
  fc.assert(
    fc.property(lines, (line) => {
      let parsed: Record<string, unknown> | undefined;
      try {
        parsed = JSON.parse(line) as Record<string, unknown>;
      } catch {
        const reason = expect.stringMatching(/^(no_json_object|repeated_field)$/);
        expect(jsonRecord(line, HEADER)).toMatchObject({ rejected: { reason } });
        return;
      }
      const record = jsonRecord(line, HEADER);
      if ("rejected" in record) return;
      for (const [index, key] of KEYS.entries()) {
        const value = Object.hasOwn(parsed, key) ? parsed[key] : null;
        const field = record.fields[index] ?? "";
        if (key === "note" || value === null) expect(field).toBe("");
        else if (typeof value === "number") expect(Number(field)).toBe(value);
        else expect(field).toBe(typeof value === "string" ? value : JSON.stringify(value));
      }
    }),
    { numRuns: CASES },
  );
});
