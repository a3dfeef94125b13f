import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readCardNumber } from "../../../../../src/sources/cards.ts";
import { parseId, parseSku } from "../../../../../src/sources/fields.ts";
import { maskCards } from "../../../../../src/sources/maskCards.ts";
import { numberText } from "../../../../../src/sources/carriers/workbook/numberText.ts";
import { CASES } from "../../cases.ts";

describe("a number of a cell", () => {
  test.each([
    ["0", "0"],
    ["-0", "0"],
    ["1.0", "1"],
    ["007", "7"],
    ["+5", "5"],
    ["3.770009015048E12", "3770009015048"],
    ["2.01433236787273E14", "201433236787273"],
    ["999999999999999", "999999999999999"],
    ["749.10000000000002", "749.1"],
    ["0.30000000000000004", "0.3"],
    ["1.1E-2", "0.011"],
    [".5", "0.5"],
    ["-12.50", "-12.5"],
    ["1E-6", "0.000001"],
    ["1E-7", "1E-7"],
    ["5.5511151231257827E-17", "5.55111512312578E-17"],
    ["999999999999999.4", "999999999999999"],
    ["123456789012.345678", "123456789012.346"],
  ])("%s is %s", (literal, text) => {
    expect(numberText(literal)).toBe(text);
  });

  test.each(["", "abc", "1,5", "0x10", "1e999", "Infinity", "NaN", "1 2", "1e", "."])(
    "that is none is what stands there: %j",
    (literal) => {
      expect(numberText(literal)).toBe(literal);
    },
  );

  test("is the same whole number, whatever its notation, up to 15 digits", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n - 1n), (whole) => {
        const digits = String(whole);
        for (const literal of [digits, `${digits}.0`, `${digits}E0`, Number(whole).toExponential()])
          expect(numberText(literal)).toBe(digits);
      }),
      { numRuns: CASES },
    );
  });

  test("of at most 15 digits is the decimal that was meant, however many a double adds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e13 }), (cents) => {
        // What a program prints that prints too many.
        expect(numberText((cents / 100).toPrecision(17))).toBe(String(cents / 100));
      }),
      { numRuns: CASES },
    );
  });

  test("of more than 15 digits has lost some: it is neither a card number nor an id nor an SKU", () => {
    fc.assert(
      fc.property(fc.bigInt(10n ** 15n, 10n ** 19n), fc.boolean(), (whole, isExponent) => {
        const text = numberText(isExponent ? Number(whole).toExponential() : String(whole));
        expect(text).toMatch(/^\d\.\d{14}E\+\d\d$/);
        expect(readCardNumber(text)).toBeUndefined();
        expect(parseId(text)).toEqual({ reason: "bad_whole_number" });
        expect(parseSku(text)).toEqual({ reason: "card_like_value" });
        expect(maskCards(text)).not.toMatch(/\d{3}/);
      }),
      { numRuns: CASES },
    );
  });
});
