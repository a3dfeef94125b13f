import type { Comparison, SideResult } from "../compareSides.ts";
import { spreadOf, type Spread } from "../measuring/statistics.ts";
import type { GrowthResult } from "../growth/growthResult.ts";
import type { Machine } from "../machine.ts";
import type { SideName } from "../sides/side.ts";
import { growthAsJson } from "./growthReport.ts";

/** Who did not take part, and why. */
export interface Skipped {
  readonly side: SideName;
  readonly reason: string;
}

/** All that was measured. */
export interface BenchReport {
  readonly machine: Machine;
  readonly runs: number;
  readonly workers: number | undefined;
  readonly comparisons: readonly Comparison[];
  readonly skipped: readonly Skipped[];
  readonly growth: GrowthResult | undefined;
}

/** Whether every side ended with the same warehouse. */
export function endedAlike({ comparisons }: BenchReport): boolean {
  return comparisons.every(({ sides }) => sides.every(({ differences }) => differences.length === 0));
}

/** The report as `--json` prints it; times in seconds, sizes in bytes, unknown figures null. */
export function reportAsJson(report: BenchReport): Record<string, unknown> {
  const { machine, runs, workers, comparisons, skipped, growth } = report;
  return {
    status: endedAlike(report) ? "same_end_state" : "different_end_state",
    machine,
    runs,
    workers: workers ?? null,
    ratios: Object.assign({}, ...comparisons.map(({ ratios }) => ratios)) as Record<string, number>,
    comparisons: comparisons.map(({ files, sides }) => ({
      rows: files.rows,
      bytes: files.bytes,
      sides: Object.fromEntries(sides.map((side) => [side.name, sideAsJson(side)])),
    })),
    skipped,
    growth: growth === undefined ? null : growthAsJson(growth),
  };
}

function sideAsJson(side: SideResult): Record<string, unknown> {
  return {
    differs: side.differs ?? null,
    seconds: side.seconds,
    rows_per_second: Math.round(side.rowsPerSecond),
    peak_memory_bytes: side.peakMemoryBytes,
    postgresql_peak_memory_bytes: side.serverPeakMemoryBytes,
    end_state_differences: side.differences,
    steps: stepsOf(side),
    runs: side.runs.map((run) => ({
      seconds: run.seconds,
      rows_per_second: Math.round(run.rowsPerSecond),
      peak_memory_bytes: run.peakMemoryBytes,
      postgresql_peak_memory_bytes: run.serverPeakMemoryBytes,
      steps: run.steps,
    })),
  };
}

/** The parts of a side's loads, each with its times over all loads, in milliseconds. */
export function stepsOf({ runs }: SideResult): { name: string; ms: Spread }[] {
  const names = [...new Set(runs.flatMap(({ steps }) => steps.map(({ name }) => name)))];
  return names.map((name) => ({
    name,
    // A step may come more than once in a load.
    ms: spreadOf(
      runs.map(({ steps }) =>
        steps.filter((step) => step.name === name).reduce((sum, { ms }) => sum + ms, 0),
      ),
    ),
  }));
}
