import { print, printTable } from "../../../src/commands/output.ts";
import type { Comparison, SideResult } from "../compareSides.ts";
import type { Spread } from "../measuring/statistics.ts";
import type { Machine } from "../machine.ts";
import { stepsOf, type BenchReport } from "./benchReport.ts";

/** Prints the report for a person. */
export async function printReport({ machine, comparisons, skipped, runs }: BenchReport): Promise<void> {
  print(describe(machine));
  for (const comparison of comparisons) {
    const { files } = comparison;
    print(
      `\nFirst load of ${files.rows} transactions (${megabytes(files.bytes)}), ${runs} runs of each side, in turns`,
    );
    await printTable(
      [
        "side",
        "median s",
        "min–max s",
        "rows/s",
        "loader's peak memory",
        "PostgreSQL's peak memory",
        "ours ÷ theirs",
      ],
      comparison.sides.map((side) => rowOf(side, comparison)),
    );
    for (const side of comparison.sides) {
      if (side.differs !== undefined) print(`${side.name}: ${side.differs}`);
      for (const difference of side.differences) print(`${side.name} ended otherwise: ${difference}`);
    }
    for (const side of comparison.sides) await printSteps(side);
  }
  for (const { side, reason } of skipped) print(`\n${side} was left out: ${reason}`);
}

/** One line on where the figures were taken. */
export function describe(machine: Machine): string {
  const { date, cpus, cpu_model: model, memory_bytes: memory, node, postgresql, platform } = machine;
  return `${date}: ${cpus} × ${model}, ${megabytes(memory)} of memory, ${platform}, Node ${node}, PostgreSQL ${postgresql}`;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

export const seconds = (value: number): string => value.toFixed(2);

export function sizeOf(spread: Spread | null): string {
  return spread === null ? "not measured" : megabytes(spread.median);
}

function rowOf(side: SideResult, { ratios }: Comparison): string[] {
  return [
    side.name,
    seconds(side.seconds.median),
    `${seconds(side.seconds.min)}–${seconds(side.seconds.max)}`,
    String(Math.round(side.rowsPerSecond)),
    sizeOf(side.peakMemoryBytes),
    sizeOf(side.serverPeakMemoryBytes),
    ratios[side.name]?.toFixed(3) ?? "",
  ];
}

async function printSteps(side: SideResult): Promise<void> {
  const steps = stepsOf(side);
  if (steps.length === 0) return;
  print(`\nParts of ${side.name}, medians`);
  await printTable(
    ["part", "s"],
    steps.map(({ name, ms }) => [name, (ms.median / 1000).toFixed(3)]),
  );
}
