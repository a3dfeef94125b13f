import { boundedRatios, secondsPerRow } from "../growth/boundedRatios.ts";
import type { GrowthResult, IngestRun } from "../growth/growthResult.ts";
import { spreadOf, spreadOfKnown, type Spread } from "../measuring/statistics.ts";

/** The measurements of growth as `--json` prints them; times in seconds unless named otherwise, sizes in bytes. */
export function growthAsJson(growth: GrowthResult): Record<string, unknown> {
  return {
    new_rows: growth.newRows,
    ratios: Object.fromEntries(
      boundedRatios(growth).map(({ key, ratio, bound }) => [
        key,
        { ratio, ...("atMost" in bound ? { at_most: bound.atMost } : { at_least: bound.atLeast }) },
      ]),
    ),
    histories: growth.histories.map((history) => ({
      rows: history.rows,
      bytes: history.bytes,
      first_load:
        history.firstLoads.length === 0
          ? null
          : { microseconds_per_row: secondsPerRow(history) * 1e6, ...runsAsJson(history.firstLoads) },
      new_rows: runsAsJson(history.newRows),
      changes:
        history.changes === null
          ? null
          : {
              rows: history.changes.rows,
              ...Object.fromEntries(
                Object.entries(history.changes.runs).map(([change, run]) => [change, runsAsJson([run])]),
              ),
            },
      nothing_new: runsAsJson(history.nothingNew),
      answers: history.answers.map(({ name, viewMs, factsMs }) => ({
        name,
        view_ms: viewMs,
        facts_ms: factsMs,
      })),
    })),
    smallest: { bytes: growth.smallest.bytes, nothing_new: runsAsJson(growth.smallest.nothingNew) },
  };
}

/** What runs of one kind took. */
export interface RunsSummary {
  readonly seconds: Spread;
  readonly ownSeconds: Spread;
  /** Null, like what follows, where it could not be measured. */
  readonly peakMemoryBytes: Spread | null;
  readonly readBytes: Spread | null;
  readonly serverPeakMemoryBytes: Spread | null;
}

export function summaryOf(runs: readonly IngestRun[]): RunsSummary {
  return {
    seconds: spreadOf(runs.map(({ seconds }) => seconds)),
    ownSeconds: spreadOf(runs.map(({ ownSeconds }) => ownSeconds)),
    peakMemoryBytes: spreadOfKnown(runs.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    readBytes: spreadOfKnown(runs.map(({ readBytes }) => readBytes)),
    serverPeakMemoryBytes: spreadOfKnown(runs.map(({ serverPeakMemoryBytes }) => serverPeakMemoryBytes)),
  };
}

function runsAsJson(runs: readonly IngestRun[]): Record<string, unknown> {
  const summary = summaryOf(runs);
  return {
    seconds: summary.seconds,
    own_seconds: summary.ownSeconds,
    peak_memory_bytes: summary.peakMemoryBytes,
    read_bytes: summary.readBytes,
    postgresql_peak_memory_bytes: summary.serverPeakMemoryBytes,
    runs: runs.map((run) => ({
      seconds: run.seconds,
      own_seconds: run.ownSeconds,
      peak_memory_bytes: run.peakMemoryBytes,
      read_bytes: run.readBytes,
      postgresql_peak_memory_bytes: run.serverPeakMemoryBytes,
    })),
  };
}
