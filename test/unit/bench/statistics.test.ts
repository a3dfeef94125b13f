import { expect, test } from "@jest/globals";
import { spreadOf, spreadOfKnown } from "../../bench/measuring/statistics.ts";

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[4, 1], { median: 2.5, min: 1, max: 4 }],
  [[10, 9, 2], { median: 9, min: 2, max: 10 }],
  [[5, 1, 2, 4], { median: 3, min: 1, max: 5 }],
])("the middle of %j is the median, as numbers and not as texts", (values, spread) => {
  expect(spreadOf(values)).toEqual(spread);
});

test("what could not be measured is left out, and is null when nothing could", () => {
  expect(spreadOfKnown([null, 2, null])).toEqual({ median: 2, min: 2, max: 2 });
  expect(spreadOfKnown([null])).toBeNull();
});

test("there is no median of nothing", () => {
  expect(() => spreadOf([])).toThrow("no measurements");
});
