import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { wholeNumberText } from "../../../../src/sources/carriers/jsonNumber.ts";

test.each([
  ["3.770009015048E12", "3770009015048"],
  ["3.77000901505E12", "3770009015050"],
  ["-1.5e1", "-15"],
  ["1e3", "1000"],
  ["1.0E7", "10000000"],
  ["0.5e1", "5"],
  ["0e9", "0"],
  ["1.50e1", "15"],
  // No whole numbers, or none that anybody needs.
  ["1.5e0", "1.5e0"],
  ["1e-2", "1e-2"],
  ["1e999999999", "1e999999999"],
  ["749.10", "749.10"],
  ["9007199254740993", "9007199254740993"],
])("%s as a whole number is %s", (text, expected) => {
  expect(wholeNumberText(text)).toBe(expected);
});

test("a whole number comes out of any way to write it with an exponent", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 20n }),
      fc.nat(20),
      fc.constantFrom("e", "E", "e+"),
      (value, places, e) => {
        const digits = String(value).padStart(places + 1, "0");
        const whole = digits.slice(0, digits.length - places);
        const fraction = digits.slice(digits.length - places);
        const point = fraction === "" ? "" : ".";
        expect(wholeNumberText(`${whole}${point}${fraction}${e}${places}`)).toBe(String(value));
      },
    ),
  );
});
