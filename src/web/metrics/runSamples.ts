import { RUN_DURATION_BOUNDS } from "../../runs/runDurations.ts";
import type { DatabaseAnswers } from "./databaseAnswers.ts";
import { numberText, type Sample } from "./metricFamily.ts";

type RunRow = DatabaseAnswers["runs"][number];

/** Runs of one job that ended in one way, by their length. */
interface Ended {
  readonly labels: Readonly<Record<string, string>>;
  readonly lengths: readonly RunRow[];
}

/** A value for each job and each way in which its runs ended. */
export function samplesOfRuns(
  { runs }: DatabaseAnswers,
  valueOf: (lengths: readonly RunRow[]) => number,
): Sample[] {
  return endedOf(runs).map(({ labels, lengths }) => ({ labels, value: valueOf(lengths) }));
}

/** How many they are, of any length or of one up to a bound in seconds. */
export function countOf(lengths: readonly RunRow[], bound = Infinity): number {
  return lengths.reduce((sum, row) => (row.within_seconds <= bound ? sum + row.runs : sum), 0);
}

/** How long they took, as a histogram of that name. */
export function durationSamples(name: string, { runs }: DatabaseAnswers): Sample[] {
  return endedOf(runs).flatMap(({ labels, lengths }): Sample[] => [
    ...RUN_DURATION_BOUNDS.map((bound): Sample => ({
      ...{ name: `${name}_bucket`, value: countOf(lengths, bound) },
      labels: { ...labels, le: numberText(bound) },
    })),
    { name: `${name}_sum`, labels, value: lengths.reduce((sum, { seconds }) => sum + seconds, 0) },
    { name: `${name}_count`, labels, value: countOf(lengths) },
  ]);
}

function endedOf(runs: readonly RunRow[]): Ended[] {
  const ended = new Map<string, { labels: Ended["labels"]; lengths: RunRow[] }>();
  for (const row of runs) {
    const key = `${row.job} ${row.status}`;
    const known = ended.get(key) ?? { labels: { job_name: row.job, status: row.status }, lengths: [] };
    known.lengths.push(row);
    ended.set(key, known);
  }
  return [...ended.values()];
}
