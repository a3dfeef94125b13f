import { spreadOf, spreadOfKnown } from "../measuring/statistics.ts";
import type { GrowthResult, HistoryResult, IngestRun } from "./growthResult.ts";

/** A ratio that growth must keep within a bound. The bench prints both, and judges nothing. */
export interface BoundedRatio {
  /** Its name in the JSON object. */
  readonly key: string;
  /** The same for a person. */
  readonly title: string;
  /** Null where one of the histories that it compares was not measured. */
  readonly ratio: number | null;
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
}

/** What the bounds speak of: so many rows, so many bytes. */
const [MILLION, GIGABYTE] = [1_000_000, 1e9];

/** Figures of the largest history over those of a smaller one, and answers over the same questions asked of the fact. */
export function boundedRatios({ histories, smallest }: GrowthResult): BoundedRatio[] {
  const largest = histories.at(-1);
  if (largest === undefined) return [];
  const none = histories.find(({ rows }) => rows === 0);
  const million = histories.find(({ rows }) => rows === MILLION);
  const over = (other: HistoryResult | undefined, figure: (history: HistoryResult) => number | null) => {
    if (other === undefined || other === largest) return null;
    const [above, below] = [figure(largest), figure(other)];
    return above === null || below === null ? null : above / below;
  };
  const nothingNew =
    largest.bytes < GIGABYTE ? null : ownSeconds(largest.nothingNew) / ownSeconds(smallest.nothingNew);
  return [
    {
      key: "first_load_per_row",
      title: "first load a row, largest ÷ 1 M",
      ratio: over(million, secondsPerRow),
      bound: { atMost: 1.15 },
    },
    {
      key: "peak_memory",
      title: "loader's peak memory, largest ÷ 1 M",
      ratio: over(million, peakMemory),
      bound: { atMost: 1.1 },
    },
    {
      key: "new_rows",
      title: "new rows, own duration, largest ÷ no history",
      ratio: over(none, ({ newRows }) => ownSeconds(newRows)),
      bound: { atMost: 1.2 },
    },
    {
      key: "nothing_new",
      title: "nothing new, own duration, 1 GB ÷ 1 MB of files",
      ratio: nothingNew,
      bound: { atMost: 1.2 },
    },
    ...(["corrected", "late"] as const).map((change): BoundedRatio => ({
      key: `${change}_rows`,
      title: `${change} rows ÷ as many new ones, largest`,
      ratio:
        largest.changes === null
          ? null
          : largest.changes.runs[change].seconds / largest.changes.runs.new.seconds,
      bound: { atMost: 3 },
    })),
    ...largest.answers.flatMap(({ name, viewMs, factsMs }): BoundedRatio[] => [
      {
        key: `${name}_facts_to_view`,
        title: `${name}: asked of the fact ÷ view`,
        ratio: factsMs.median / viewMs.median,
        bound: { atLeast: 200 },
      },
      {
        key: `${name}_largest_to_million`,
        title: `${name}: view, largest ÷ 1 M`,
        ratio: over(million, (history) => viewTime(history, name)),
        bound: { atMost: 1.5 },
      },
    ]),
  ];
}

/** Seconds a row of the first load, in the median. */
export function secondsPerRow({ firstLoads, rows }: HistoryResult): number {
  return spreadOf(firstLoads.map(({ seconds }) => seconds)).median / rows;
}

function ownSeconds(runs: readonly IngestRun[]): number {
  return spreadOf(runs.map((run) => run.ownSeconds)).median;
}

function peakMemory({ firstLoads }: HistoryResult): number | null {
  return spreadOfKnown(firstLoads.map(({ peakMemoryBytes }) => peakMemoryBytes))?.median ?? null;
}

function viewTime({ answers }: HistoryResult, name: string): number | null {
  return answers.find((answer) => answer.name === name)?.viewMs.median ?? null;
}
