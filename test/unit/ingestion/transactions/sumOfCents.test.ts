import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { sumOfCents } from "../../../../src/ingestion/transactions/sumOfCents.ts";

/** The most that an amount may be: 11 digits before the point. */
const MOST_CENTS = 10 ** 13 - 1;

test("rows are summed up exactly, however much they are", () => {
  const amounts = fc.array(fc.integer({ min: 0, max: MOST_CENTS }), { maxLength: 20 });
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 200 }), (few, times) => {
      const all = Array.from({ length: times }, () => few).flat();
      const rows = Int32Array.from(all, (_cents, row) => row).filter((row) => row % 3 > 0);

      const expected = rows.reduce((sum, row) => sum + BigInt(all[row] ?? 0), 0n);

      expect(sumOfCents(Float64Array.from(all), rows)).toBe(expected);
    }),
  );
});

test("a sum beyond what a number can hold is right to the cent", () => {
  const rows = Int32Array.from({ length: 100_000 }, (_row, place) => place);
  const cents = new Float64Array(rows.length).fill(MOST_CENTS);

  expect(sumOfCents(cents, rows)).toBe(999_999_999_999_900_000n);
});
