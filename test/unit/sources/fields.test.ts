import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  parseAmount,
  parseId,
  parseSku,
  parseSmallNumber,
  parseStatus,
  parseText,
  type Field,
} from "../../../src/sources/fields.ts";

/** The value, or the reason in angle brackets. */
const shown = <T>(field: Field<T>): T | string => ("value" in field ? field.value : `<${field.reason}>`);

test.each([
  ["749", "749.00"],
  ["749.00", "749.00"],
  ["749.5", "749.50"],
  ["0749", "749.00"],
  [" 749\t", "749.00"],
  ["0", "0.00"],
  ["0.01", "0.01"],
  ["000", "0.00"],
  ["12.3400", "12.34"],
  ["99999999999.99", "99999999999.99"],
  ["", "<missing_value>"],
  [" ", "<missing_value>"],
  ["1e3", "<bad_amount>"],
  ["NaN", "<bad_amount>"],
  ["Infinity", "<bad_amount>"],
  ["0x10", "<bad_amount>"],
  ["12.345", "<bad_amount>"],
  ["1,234.00", "<bad_amount>"],
  ["1 234", "<bad_amount>"],
  ["12,50", "<bad_amount>"],
  ["-5", "<bad_amount>"],
  ["+5", "<bad_amount>"],
  [".5", "<bad_amount>"],
  ["5.", "<bad_amount>"],
  ["749 €", "<bad_amount>"],
  ["７４９", "<bad_amount>"],
  ["411111111111", "<card_like_value>"],
  ["4111111111111111", "<card_like_value>"],
])("the amount %j is read as %s", (text, expected) => {
  expect(shown(parseAmount(text))).toBe(expected);
});

test("every amount in cents reads back exactly, with or without the zeros around it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e13 - 1 }), fc.constantFrom("", "0", "000"), (cents, zeros) => {
      const exact = `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
      expect(shown(parseAmount(zeros + exact + zeros))).toBe(exact);
      expect(shown(parseAmount(exact.replace(/\.0+$|(?<=\.\d)0$/, "")))).toBe(exact);
    }),
  );
});

test.each([
  ["42", 42],
  ["1.0", 1],
  ["1.", 1],
  ["1.000", 1],
  ["007", 7],
  ["+7", 7],
  [" 7 ", 7],
  ["99999999999999", 99_999_999_999_999],
  ["", "<missing_value>"],
  ["0", "<out_of_range>"],
  ["0.0", "<out_of_range>"],
  ["100000000000000", "<card_like_value>"],
  ["4111111111111111", "<card_like_value>"],
  ["1.5", "<bad_whole_number>"],
  ["-1", "<bad_whole_number>"],
  ["1e3", "<bad_whole_number>"],
  ["1,000", "<bad_whole_number>"],
  ["1 000", "<bad_whole_number>"],
  ["0x1F", "<bad_whole_number>"],
  ["１２", "<bad_whole_number>"],
  ["1\0", "<bad_whole_number>"],
])("the id %j is read as %s", (text, expected) => {
  expect(shown(parseId(text))).toBe(expected);
});

test.each([
  ["0", 0],
  ["3.0", 3],
  ["2147483647", 2_147_483_647],
  ["2147483648", "<out_of_range>"],
  ["9".repeat(400), "<out_of_range>"],
  ["x", "<bad_whole_number>"],
])("the device type %j is read as %s", (text, expected) => {
  expect(shown(parseSmallNumber(text))).toBe(expected);
});

test.each([
  ["3770009015048", "3770009015048"],
  ["3770009015048.0", "3770009015048"],
  ["v3770009015028", "v3770009015028"],
  ["00042", "00042"],
  ["1.5", "1.5"],
  ["AB-12 / x", "AB-12 / x"],
  ["", "<missing_value>"],
  ["a\0b", "<nul_byte>"],
  ["x".repeat(65), "<too_long>"],
  ["4111111111111111", "<card_like_value>"],
  ["4111-1111-1111-1111", "<card_like_value>"],
  ["４１１１１１１１１１１１１１１１", "<card_like_value>"],
  ["④①①①①①①①①①①①①①①①", "<card_like_value>"],
])("the SKU %j is read as %s", (text, expected) => {
  expect(shown(parseSku(text))).toBe(expected);
});

test.each([
  ["  a  b ", "a  b"],
  ["", ""],
  ["a\0", "<nul_byte>"],
  ["x".repeat(1_001), "<too_long>"],
])("the text %j is read as %s", (text, expected) => {
  expect(shown(parseText(text))).toBe(expected);
});

test.each([
  ["accepted", "accepted"],
  [" Refused ", "refused"],
  ["CANCELLED", "cancelled"],
  ["canceled", "<unknown_status>"],
  ["", "<missing_value>"],
])("the status %j is read as %s", (text, expected) => {
  expect(shown(parseStatus(text))).toBe(expected);
});

describe("a field of a megabyte", () => {
  // Tries every split of the digits where the pattern allows two ways to read a zero: hours instead of milliseconds.
  test.each([parseAmount, parseId, parseSku, parseText])("ends at once: %p", (parse) => {
    for (const text of ["0".repeat(1_000_000), `${"0".repeat(1_000_000)}x`, "1.".repeat(500_000)]) {
      expect(parse(text)).toBeDefined();
    }
  });
});
