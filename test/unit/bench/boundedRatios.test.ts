import { expect, test } from "@jest/globals";
import { boundedRatios } from "../../bench/growth/boundedRatios.ts";
import type { HistoryResult, IngestRun } from "../../bench/growth/growthResult.ts";

const run = (seconds: number, peakMemoryBytes: number): IngestRun => ({
  seconds,
  ownSeconds: seconds,
  peakMemoryBytes,
  readBytes: null,
  serverPeakMemoryBytes: null,
});
const history = (rows: number, seconds: number, viewMs: number): HistoryResult => ({
  rows,
  bytes: rows * 123,
  firstLoads: rows === 0 ? [] : [run(seconds, rows / 10)],
  newRows: [run(seconds / 10, 0)],
  changes:
    rows === 0 ? null : { rows: 100_000, runs: { new: run(1, 0), corrected: run(2, 0), late: run(1.5, 0) } },
  nothingNew: [run(0.5, 0)],
  answers: [
    {
      name: "top",
      viewMs: { median: viewMs, min: viewMs, max: viewMs },
      factsMs: { median: 900, min: 800, max: 999 },
    },
  ],
});
const smallest = { bytes: 1e6, nothingNew: [run(0.4, 0)] };
const ratios = (...histories: HistoryResult[]) =>
  Object.fromEntries(
    boundedRatios({ newRows: 10_000, histories, smallest }).map(({ key, ratio }) => [key, ratio]),
  );

test("the largest history is set against a million rows, against none, and against the fact", () => {
  const all = [history(0, 10, 1), history(1_000_000, 20, 2), history(10_000_000, 220, 3)];
  expect(ratios(...all)).toEqual({
    first_load_per_row: expect.closeTo(1.1),
    peak_memory: expect.closeTo(10),
    new_rows: expect.closeTo(22),
    nothing_new: expect.closeTo(1.25),
    corrected_rows: 2,
    late_rows: 1.5,
    top_facts_to_view: 300,
    top_largest_to_million: 1.5,
  });
});

test("where a history was not measured, what needs it is not known", () => {
  expect(ratios(history(1_000_000, 20, 2))).toEqual({
    first_load_per_row: null,
    peak_memory: null,
    new_rows: null,
    nothing_new: null,
    corrected_rows: 2,
    late_rows: 1.5,
    top_facts_to_view: 450,
    top_largest_to_million: null,
  });
  expect(ratios()).toEqual({});
});
