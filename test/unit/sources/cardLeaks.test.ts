import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CONTRACTS, SOURCES, type ColumnType } from "../../../src/sources/contracts.ts";
import { redactFields, redactLine } from "../../../src/sources/redactRecord.ts";
import { columnsOf, parseValues, SAMPLES } from "./sampleRecords.ts";
import { holdsNumber, writtenCards } from "./testCards.ts";

/** FACTS: ids and SKUs may have up to 14 digits in their own column of a record with the right number of fields. */
const mayHold14Digits = (type: ColumnType): boolean => type === "id" || type === "sku";

const places = fc.constantFrom(
  ...SOURCES.flatMap((source) => CONTRACTS[source].columns.map((column) => ({ source, ...column }))),
);

/** All that a record was read as, as one text; bytes as the characters that they are, for `*` is 42 as a number. */
function textOf(parsed: unknown): string {
  return JSON.stringify(parsed, (_key, value: unknown) =>
    isBytes(value) ? Buffer.from(value.data).toString("latin1") : value,
  );
}

const isBytes = (value: unknown): value is { readonly data: readonly number[] } =>
  typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";

describe("a card number that stands in any column, in any format", () => {
  test("is neither in what is accepted nor in what is kept of a reject", () => {
    fc.assert(
      fc.property(places, writtenCards, fc.constantFrom("", "x"), ({ source, name, type }, card, damage) => {
        const values = { ...SAMPLES[source], [name]: card.written + damage };
        const parsed = parseValues(source, values);
        const columns = columnsOf(source, Object.keys(values));
        const redacted = redactFields(CONTRACTS[source], columns, Object.values(values));
        expect(holdsNumber(JSON.stringify(redacted), card.digits)).toBe(false);
        if (mayHold14Digits(type) && card.digits.length <= 14) return;
        expect(holdsNumber(textOf(parsed), card.digits)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test("is not in what is kept of a line that is no record", () => {
    fc.assert(
      fc.property(fc.string(), writtenCards, (text, card) => {
        expect(redactLine(`${text},${card.written},123`)["line"]).not.toMatch(/\p{N}/u);
      }),
    );
  });
});

test("what is kept of a reject has no card column, and no digit but in times", () => {
  const values = { ...SAMPLES.transactions, amount: "1e3", category_name: "737" };
  const columns = columnsOf("transactions", Object.keys(values));
  expect(redactFields(CONTRACTS.transactions, columns, Object.values(values))).toEqual({
    id: "####",
    device_id: "##",
    product_name: "Dinner menu",
    product_sku: "#############",
    category_name: "###",
    amount: "#e#",
    status: "accepted",
    created_at: "02/13/2024 18:59:12",
    happened_at: "02/13/2024 18:57:30",
  });
});
