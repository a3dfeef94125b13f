import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formatInstant, isoInstant, WINDOW_SECONDS } from "../../../src/generator/calendar.ts";
import { csvField } from "../../../src/lib/csvText.ts";
import { exactDecimal } from "../../../src/generator/exactDecimal.ts";
import { FirstFive } from "../../../src/generator/firstFive.ts";
import { SeededRandom } from "../../../src/generator/random.ts";
import { WeightedTable } from "../../../src/generator/weightedTable.ts";
import { instant } from "./naiveAnswers.ts";

describe("exactDecimal", () => {
  test.each([
    [938300n, 100n, 2, "9383.00"],
    [1n, 200n, 2, "0.01"],
    [-1n, 200n, 2, "-0.01"],
    [-1n, 201n, 2, "0.00"],
    [2n, 3n, 6, "0.666667"],
    [5n, 2n, 0, "3"],
    [-123_456n, 1000n, 2, "-123.46"],
  ])("rounds %d / %d to %d decimals: %s", (numerator, denominator, decimals, expected) => {
    expect(exactDecimal(numerator, denominator, decimals)).toBe(expected);
  });
});

describe("instants", () => {
  test("are written so that they read back as the same second", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: WINDOW_SECONDS - 1 }), (second) => {
        expect(new Date(instant(formatInstant(second))).toISOString()).toBe(isoInstant(second));
      }),
    );
  });

  test("have an hour without a leading zero", () => {
    expect(formatInstant(3 * 3600 + 62)).toBe("01/01/2022 3:01:02");
    expect(formatInstant(WINDOW_SECONDS - 1)).toBe("12/31/2024 23:59:59");
  });
});

describe("csvField", () => {
  test("quotes only what needs it", () => {
    expect(["plain", 'a "b"', "a, b", "é", "two\nlines"].map(csvField)).toEqual([
      "plain",
      '"a ""b"""',
      '"a, b"',
      "é",
      '"two\nlines"',
    ]);
  });
});

describe("FirstFive", () => {
  test("finds first and fifth whatever the order they come in", () => {
    const times = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 });
    fc.assert(
      fc.property(times, (list) => {
        const kept = new FirstFive(3);
        list.forEach((time, index) => {
          kept.add(1, time, index);
        });
        const sorted = [...list].sort((a, b) => a - b);
        const expected = list.length < 5 ? undefined : { first: sorted[0], fifth: sorted[4] };
        expect(kept.find(1)).toEqual(expected);
        expect(kept.find(0)).toBeUndefined();
        expect(kept.find(2)).toBeUndefined();
      }),
    );
  });
});

describe("WeightedTable", () => {
  test("draws in proportion to weight, and a weight of zero never", () => {
    const weights = [5, 0, 1, 0, 4];
    const table = new WeightedTable(weights);
    const random = new SeededRandom(1, 1);
    const drawn = weights.map(() => 0);
    for (let draw = 0; draw < 20_000; draw++) {
      const index = table.draw(random);
      drawn[index] = (drawn[index] ?? 0) + 1;
    }
    expect(drawn.map((count) => Math.round(count / 2000))).toEqual(weights);
    expect(drawn[1]).toBe(0);
    expect(drawn[3]).toBe(0);
  });

  test("takes more weights than a call has room for arguments", () => {
    const table = new WeightedTable(
      Array.from({ length: 500_000 }, (_, index) => (index === 400_000 ? 1 : 0)),
    );
    expect(table.draw(new SeededRandom(1, 1))).toBe(400_000);
  });

  test("needs a weight above zero", () => {
    expect(() => new WeightedTable([0, 0])).toThrow("at least one above zero");
  });
});

describe("SeededRandom", () => {
  test("gives the same numbers at the same place, in any order of visits", () => {
    const random = new SeededRandom(42, 4);
    const at = (position: number): number[] => {
      random.restartAt(position);
      return [random.nextWord(), random.nextWord(), random.nextWord()];
    };
    const [first, second] = [at(1), at(2)];
    expect(at(2)).toEqual(second);
    expect(at(1)).toEqual(first);
    expect(second).not.toEqual(first);
  });
});
