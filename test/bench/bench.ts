import { printJson } from "../../src/commands/output.ts";
import { readBenchOptions, type BenchOptions } from "./benchOptions.ts";
import { compareSides, type Comparison } from "./compareSides.ts";
import { makeInputFiles } from "./inputFiles.ts";
import { measureGrowth } from "./growth/measureGrowth.ts";
import { LeaveNothing } from "./leaveNothing.ts";
import { describeMachine } from "./machine.ts";
import { openWorkshop } from "./openWorkshop.ts";
import { makeSides, planComparisons } from "./planComparisons.ts";
import { endedAlike, reportAsJson, type BenchReport } from "./report/benchReport.ts";
import { printReport } from "./report/benchTables.ts";
import { printGrowth } from "./report/growthTables.ts";

const tell = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

async function measure(options: BenchOptions, leaving: LeaveNothing): Promise<BenchReport> {
  const workshop = await openWorkshop(options.workers, leaving);
  const { comparisons: planned, skipped } = planComparisons(options, workshop.server);
  for (const { side, reason } of skipped) tell(`${side} is left out: ${reason}`);
  const comparisons: Comparison[] = [];
  for (const { rows, names } of planned) {
    const files = await makeInputFiles(workshop.folder, { rows }, leaving.signal);
    const sides = makeSides(names, workshop);
    comparisons.push(await compareSides(workshop, files, sides, options.runs, tell));
  }
  const { runs, workers, history } = options;
  const growth = options.growth ? await measureGrowth(workshop, history, runs, tell) : undefined;
  return { machine: describeMachine(workshop.server), runs, workers, comparisons, skipped, growth };
}

/** @returns the exit code: 0 measured, 1 failed, or the sides ended with different warehouses, 2 wrong usage */
async function bench(args: readonly string[]): Promise<number> {
  const options = readBenchOptions(args);
  if ("exitCode" in options) return options.exitCode;
  const leaving = new LeaveNothing();
  try {
    const report = await leaving.around(() => measure(options, leaving));
    if (options.json) printJson(reportAsJson(report));
    else {
      await printReport(report);
      if (report.growth !== undefined) await printGrowth(report.growth);
    }
    return endedAlike(report) ? 0 : 1;
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

process.exitCode = await bench(process.argv.slice(2));
