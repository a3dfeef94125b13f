import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { changesInWords, compareColumns } from "../../../src/sources/columnChanges.ts";
import { CONTRACTS } from "../../../src/sources/contracts.ts";
import type { ValueType } from "../../../src/sources/typesOfValues.ts";

type Types = Readonly<Record<string, ValueType | null>>;

const TYPES: readonly (ValueType | null)[] = [
  null,
  "number",
  "number with a comma",
  "timestamp (month/day/year)",
  "timestamp (day/month/year)",
  "timestamp (day and month)",
  "timestamp (ISO)",
  "text",
];

const INHERITED = Object.fromEntries([["constructor", "text"]]) as Types;

function compare(before: Types, now: Types) {
  const { changes, known } = compareColumns(
    CONTRACTS.transactions,
    new Map(Object.entries({ id: "number", ...before })),
    new Map(Object.entries({ id: "number", ...now })),
  );
  return { words: changesInWords(changes), changes, known: Object.fromEntries(known) };
}

describe("columns", () => {
  test("that appear, vanish, are called otherwise or have other values are told", () => {
    const { changes, words } = compare(
      { amount: "number", cvv: null, card_number: null, happened_at: "timestamp (month/day/year)" },
      { amount: "text", "card_no.": null, happened_at: "timestamp (ISO)", points: "number", spare: null },
    );
    expect(changes).toEqual([
      { column: "amount", change: "type", before: "number", after: "text" },
      { column: "cvv", change: "vanished", before: null, after: null },
      { column: "card_number", change: "renamed", before: "card_number", after: "card_no." },
      {
        column: "happened_at",
        change: "type",
        before: "timestamp (month/day/year)",
        after: "timestamp (ISO)",
      },
      { column: "points", change: "appeared", before: null, after: "number" },
      { column: "spare", change: "appeared", before: null, after: null },
    ]);
    expect(words).toEqual([
      "type: amount, number before, now text",
      "vanished: cvv",
      "renamed: card_number, now card_no.",
      "type: happened_at, timestamp (month/day/year) before, now timestamp (ISO)",
      "appeared: points (number)",
      "appeared: spare",
    ]);
  });

  const unchanged: readonly (readonly [string, Types, Types])[] = [
    ["have no values in one file", { amount: "number" }, { amount: null }],
    ["had none in the one before", { amount: null }, { amount: "number" }],
    [
      "have no day over 12 in one file",
      { happened_at: "timestamp (day/month/year)" },
      { happened_at: "timestamp (day and month)" },
    ],
    [
      "had none in the one before",
      { happened_at: "timestamp (day and month)" },
      { happened_at: "timestamp (day/month/year)" },
    ],
    ["are of no contract, and are all numbers in one file", { code: "text" }, { code: "number" }],
    ["stand in another order", { amount: "number", cvv: null }, { cvv: null, amount: "number" }],
    ["are called as what every object has", INHERITED, INHERITED],
  ];
  test.each(unchanged)("that %s have not changed", (_, before, now) => {
    expect(compare(before, now).changes).toEqual([]);
  });

  test("that have no value in a file are known by the files before it", () => {
    const first: Types = { amount: "number", happened_at: "timestamp (day/month/year)", code: "text" };
    const second = compare(first, { amount: null, happened_at: "timestamp (day and month)", code: "number" });
    expect(second.known).toEqual({ id: "number", ...first });
    expect(compare(second.known, { ...first, amount: "number with a comma" }).words).toEqual([
      "type: amount, number before, now number with a comma",
    ]);
  });

  test("are not told of a header that has no name of the contract: it may be a record", () => {
    const before = new Map<string, ValueType | null>([["id", "number"]]);
    const now = new Map<string, ValueType | null>([["tulips", "text"]]);
    expect(compareColumns(CONTRACTS.transactions, before, now).changes).toEqual([]);
  });

  test("are told up to a number that a person reads", () => {
    const many = Object.fromEntries(
      Array.from({ length: 25 }, (_, index) => [`extra_${"x".repeat(index)}`, null]),
    );
    expect(compare({}, many).words).toHaveLength(21);
    expect(compare({}, many).words.at(-1)).toBe("and 5 more");
  });

  test("of a file have not changed beside itself, nor beside what is known by then", () => {
    const types = fc.dictionary(
      fc.constantFrom("amount", "status", "happened_at", "points", "code"),
      fc.constantFrom(...TYPES),
    );
    fc.assert(
      fc.property(types, types, (before, now) => {
        expect(compare(now, now).changes).toEqual([]);
        const { known } = compare(before, now);
        expect(Object.keys(known).sort()).toEqual(Object.keys({ id: null, ...now }).sort());
        expect(compare(known, now).changes).toEqual([]);
      }),
    );
  });
});
