import { describe, expect, test } from "@jest/globals";
import { fitted } from "../../../src/commands/output.ts";

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, widths.length + 1);

describe("a table on a terminal", () => {
  test("keeps its widths where they fit", () => {
    expect(fitted([10, 20, 8], [false, false, true], 80)).toEqual([10, 20, 8]);
  });

  test("takes from its widest texts what is missing, and never from numbers", () => {
    const fit = fitted([60, 40, 12], [false, false, true], 80);
    expect(total(fit)).toBe(80);
    expect(fit[2]).toBe(12);
    expect(Math.abs((fit[0] ?? 0) - (fit[1] ?? 0))).toBeLessThanOrEqual(1);
  });

  test("is too wide rather than unreadable on a very narrow one", () => {
    expect(fitted([30, 12], [false, true], 10)).toEqual([6, 12]);
  });
});
