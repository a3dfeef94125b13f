import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { copyField, copyRow, dateKeyOf, timestampText } from "../../../src/ingestion/copyText.ts";

const LETTERS: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** Reads COPY text as PostgreSQL documents it: rows end at LF, fields at tabs, `\N` is null, `\x` an escape. */
function readCopyText(text: string): (string | null)[][] {
  const rows = text.split("\n");
  expect(rows.pop()).toBe("");
  expect(rows).not.toContain("\\.");
  return rows.map((row) => {
    expect(row).not.toContain("\r");
    return row
      .split("\t")
      .map((field) =>
        field === "\\N" ? null : field.replace(/\\(.)/gs, (_, next: string) => LETTERS[next] ?? next),
      );
  });
}

describe("COPY text", () => {
  const unit = fc.constantFrom(..."\\\t\n\r\b\v.N8x,é😀 '\"".split(""), "\\N", "\\.");
  const value = fc.oneof(
    fc.constant(null),
    fc.string({ unit, maxLength: 8 }),
    fc.string({ unit: "binary" }),
    fc.maxSafeInteger(),
  );

  test("reads back as the values that were written", () => {
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 1 }), { minLength: 1 }), (rows) => {
        const expected = rows.map((row) => row.map((field) => (field === null ? null : String(field))));
        expect(readCopyText(rows.map(copyRow).join(""))).toEqual(expected);
      }),
    );
  });

  test("tells null from the text that looks like it", () => {
    expect([null, "\\N", "", "NULL", "\\."].map(copyField)).toEqual(["\\N", "\\\\N", "", "NULL", "\\\\."]);
  });
});

describe("an instant", () => {
  const instants = fc.integer({
    min: Date.UTC(1969, 0, 1) * 1000,
    max: Date.UTC(2100, 11, 31, 23, 59, 59) * 1000,
  });

  test("is written as its UTC day, time and microseconds", () => {
    fc.assert(
      fc.property(instants, (micros) => {
        const date = new Date(Math.floor(micros / 1000));
        const text = timestampText(micros);
        expect(text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?\+00$/);
        expect(text.slice(0, 19)).toBe(date.toISOString().slice(0, 19).replace("T", " "));
        const fraction = micros - Math.floor(micros / 1_000_000) * 1_000_000;
        expect(Number(/\.(\d{6})/.exec(text)?.[1] ?? 0)).toBe(fraction);
        expect(dateKeyOf(micros)).toBe(
          date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate(),
        );
      }),
    );
  });

  test.each([
    [0, "1970-01-01 00:00:00+00", 19_700_101],
    [-1, "1969-12-31 23:59:59.999999+00", 19_691_231],
    [1, "1970-01-01 00:00:00.000001+00", 19_700_101],
    [Date.UTC(2100, 11, 31, 23, 59, 59, 999) * 1000 + 999, "2100-12-31 23:59:59.999999+00", 21_001_231],
  ])("%d µs is %s", (micros, text, day) => {
    expect(timestampText(micros)).toBe(text);
    expect(dateKeyOf(micros)).toBe(day);
  });
});
