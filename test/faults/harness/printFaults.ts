import { readFile } from "node:fs/promises";
import CliTable from "cli-table3";
import { spreadOf } from "../../bench/measuring/statistics.ts";
import { faultLinesFile, type FaultLine } from "./faultLines.ts";

/** Prints what came of all faults that this run of the tests made happen; nothing where it made none. */
export async function printFaults(): Promise<void> {
  const lines = await readLines();
  if (lines.length === 0) return;
  const table = new CliTable({
    head: ["fault", "trials", "lost", "doubled", "stuck", "seconds to recover: median (most)", ""],
    style: { head: [], border: [], compact: true },
  });
  for (const { fault, trials, lost, doubled, stuck, recoverySeconds, note } of lines) {
    table.push([fault, trials, lost, doubled, stuck, medianAndMost(recoverySeconds), note ?? ""]);
  }
  // Beside the test runner's own words, which are there too.
  process.stderr.write(`\n${table.toString()}\n`);
}

async function readLines(): Promise<FaultLine[]> {
  const text = await readFile(faultLinesFile(), "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as FaultLine)
    .sort((a, b) => (a.fault < b.fault ? -1 : 1));
}

function medianAndMost(seconds: readonly number[]): string {
  if (seconds.length === 0) return "";
  const { median, max } = spreadOf(seconds);
  return `${median.toFixed(1)} (${max.toFixed(1)})`;
}
