import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CONTRACTS, SOURCES } from "../../../src/sources/contracts.ts";
import { parseAmount } from "../../../src/sources/fields.ts";
import {
  predicateOf,
  RULES_OF_TYPE,
  type RecordCheck,
  type RecordRule,
} from "../../../src/sources/recordChecks.ts";

const check = (
  column: string,
  rule: RecordRule,
  source: RecordCheck["source"] = "transactions",
): RecordCheck => ({
  ...{ name: "a", source, column, severity: "error", rule, expected: "" },
});
const range = (min: number | null, max: number | null): RecordRule => ({ kind: "range", min, max });
const accepted = (...values: string[]): RecordRule => ({ kind: "accepted_values", values });

const cents = (decimals: string): number => {
  const amount = parseAmount(decimals);
  if (!("value" in amount)) throw new Error(`${decimals} is no amount`);
  return Number(amount.value.replace(".", ""));
};

describe("the predicate of a check of records", () => {
  test("takes the bounds of a range in, to the hundredth", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e13 }), (bound) => {
        const decimal = Number(`${Math.floor(bound / 100)}.${String(bound % 100).padStart(2, "0")}`);
        const holds = predicateOf(check("amount", range(decimal, decimal)));
        expect([bound - 1, bound, bound + 1].map((value) => holds?.(value))).toEqual([false, true, false]);
      }),
    );
    expect(predicateOf(check("amount", range(null, 0.29)))?.(cents("0.29"))).toBe(true);
    expect(predicateOf(check("amount", range(1e-7, 1e21)))?.(1)).toBe(true);
    expect(predicateOf(check("amount", range(0.005, null)))?.(cents("0.00"))).toBe(false);
  });

  test("compares times in microseconds", () => {
    const holds = predicateOf(check("happened_at", range(Date.UTC(2020, 0, 1), null)));
    expect(holds?.(Date.UTC(2020, 0, 1) * 1000)).toBe(true);
    expect(holds?.(Date.UTC(2020, 0, 1) * 1000 - 1)).toBe(false);
  });

  test("knows accepted numbers however they are written, and texts as they are", () => {
    expect(predicateOf(check("amount", accepted("10", "0.29")))?.(cents("0.29"))).toBe(true);
    expect(predicateOf(check("type", accepted("1.0"), "devices"))?.(1)).toBe(true);
    expect(predicateOf(check("type", accepted("1"), "devices"))?.(2)).toBe(false);
    const sku = predicateOf(check("product_sku", accepted("10")));
    expect(["10", "10.0"].map((value) => sku?.(value))).toEqual([true, false]);
  });

  test("asks nothing where every record that can be read passes", () => {
    expect(predicateOf(check("amount", { kind: "not_null" }))).toBeUndefined();
    expect(predicateOf(check("status", accepted("accepted", "refused", "cancelled")))).toBeUndefined();
    const holds = predicateOf(check("product_name", { kind: "not_null" }));
    expect(["", "a"].map((value) => holds?.(value))).toEqual([false, true]);
  });

  test("is for every column of every source, but for those of cards", () => {
    const columns = SOURCES.flatMap((source) =>
      CONTRACTS[source].columns.map(({ name, type }) => ({ name, type })),
    );
    const without = columns.filter(({ type }) => RULES_OF_TYPE[type].length === 0).map(({ name }) => name);
    expect(without).toEqual(["card_number", "cvv"]);
  });
});
