import { aggregate, rebuildSelected } from "../../jobs/aggregate.ts";
import { fullRefresh } from "../../jobs/fullRefresh.ts";
import { ingest } from "../../jobs/ingest.ts";
import type { IngestOptions } from "../../jobs/ingestOptions.ts";
import { mendedRollups, reportAsJson, statusOfReport, type IngestReport } from "../../jobs/ingestReport.ts";
import type { JobContext } from "../../jobs/job.ts";
import type { Rejections } from "../../jobs/rejections.ts";
import { selectionIn, type Selection } from "../../jobs/selection.ts";
import { readSelectors, type Selector } from "../../jobs/selectors.ts";
import { TillhouseError } from "../lib/errors.ts";
import { EXIT_CODES, type ExitCode } from "../lib/knownErrors.ts";
import { printFiveAnswers, printViews } from "./answers.ts";
import { commandContext } from "./commandContext.ts";
import {
  asOfIn,
  rangeIn,
  refuseBesideList,
  refuseBesideRefresh,
  refuseBesideSelection,
  refuseLoadOptions,
  type IngestCommandOptions,
} from "./ingestUsage.ts";
import { listSelection } from "./listSelection.ts";
import { createProgressDisplay } from "./progress.ts";
import { print, printJson, printTable } from "./output.ts";
import { runByHand } from "./runByHand.ts";
import { printVerification } from "./verify.ts";
import { publicMessage } from "../lib/publicError.ts";
import { visible } from "../lib/visible.ts";
import { otherColumns } from "../ingestion/comparedWithLast.ts";
import { localTimeIn } from "../sources/localTime.ts";
import type { VolumeNote } from "../ingestion/volumeOfLoad.ts";
import { changesInWords } from "../sources/columnChanges.ts";
import type { SourceName } from "../sources/contracts.ts";
import { refusalOfFile } from "../sources/refusedFile.ts";
import { WARNINGS } from "../sources/reasons.ts";

/** `job:ingest`: loads what is new, then shows the answers. */
export async function ingestCommand(options: IngestCommandOptions): Promise<void> {
  const context = commandContext();
  const asked = readSelectors(options.select);
  const { layers, selectors } = asked;
  if (options.list === true) {
    refuseBesideList(options);
    await listSelection(context, options, asked);
    return;
  }
  const isAggregation = layers.length > 0 && !layers.includes("ingestion_layer");
  if (isAggregation) refuseLoadOptions(options);
  refuseBesideRefresh(options, asked);
  const asOf = asOfIn(options, localTimeIn(context.config.sourceTimezone));
  const range = rangeIn(options);
  const then = options.fullRefresh === true ? ", then rolling back: all stays as it was" : "";
  // No role may remove what a refresh removes.
  const purpose = options.fullRefresh === true ? "own" : "load";
  await runByHand(context, purpose, `finishing the chunk in hand${then}`, async (job) => {
    if (selectors.length > 0) {
      await runSelected(job, options, selectors, { asOf, range });
      return;
    }
    if (isAggregation) await aggregateAndReport(job, options);
    else await loadAndReport(job, options, { asOf, range });
    // After a dry run the answers are what they were.
    if (layers.includes("aggregation_layer") && options.json !== true && options.dryRun !== true)
      await printFiveAnswers(job.database);
  });
}

/** Does what is selected, files first, and shows the views among it. */
async function runSelected(
  job: JobContext,
  options: IngestCommandOptions,
  selectors: readonly Selector[],
  told: Pick<IngestOptions, "asOf" | "range">,
): Promise<void> {
  const selection = await selectionIn(job.database.pool, selectors);
  refuseBesideSelection(options, selection);
  if (selection.sources.length > 0) await loadAndReport(job, options, { ...told, selection });
  else await rebuildAndReport(job, options, selection);
  if (options.json !== true && options.dryRun !== true) await printViews(job.database, selection.views);
}

async function loadAndReport(
  context: JobContext,
  options: IngestCommandOptions,
  told: Pick<IngestOptions, "asOf" | "range" | "selection">,
): Promise<void> {
  const display = await createProgressDisplay({
    ...context,
    terminal: process.stderr.isTTY && options.json !== true,
  });
  try {
    const job = { ...context, onProgress: display.show };
    const { allowMissing = false, dryRun } = options;
    const report =
      options.fullRefresh === true
        ? await fullRefresh(job, { allowMissing, dryRun })
        : await ingest(job, { ...told, files: options.file, dryRun });
    display.end();
    if (options.json === true) printJson(reportAsJson(report));
    else await printReport(report);
    if (report.failure !== undefined) process.exitCode = exitCodeOf(report.failure);
  } finally {
    display.end();
  }
}

async function rebuildAndReport(
  context: JobContext,
  options: IngestCommandOptions,
  selection: Selection,
): Promise<void> {
  const report = await rebuildSelected(context, selection);
  if (options.json === true) printJson(reportAsJson(report));
  else printRebuilt(report);
}

async function aggregateAndReport(context: JobContext, options: IngestCommandOptions): Promise<void> {
  const report = await aggregate(context);
  const { differences } = report.verification;
  if (options.json === true) printJson({ ...reportAsJson(report), differences });
  else await printVerification(report.verification);
  if (report.failure !== undefined) process.exitCode = EXIT_CODES.failed;
}

function exitCodeOf(failure: unknown): ExitCode {
  return failure instanceof TillhouseError ? failure.exitCode : EXIT_CODES.failed;
}

/** More files with nothing new than these are only counted. */
const MOST_UNCHANGED_SHOWN = 10;

async function printReport(report: IngestReport): Promise<void> {
  const unchanged = report.files.filter((file) => file.status === "unchanged");
  const areTold = unchanged.length <= MOST_UNCHANGED_SHOWN;
  const shownFiles = areTold ? report.files : report.files.filter((file) => file.status !== "unchanged");
  const called = report.dryRun === undefined ? `Run ${report.runId}` : "Dry run";
  print(`\n${called} ${statusOfReport(report)} in ${(report.durationMs / 1000).toFixed(1)} s`);
  if (report.fullRefresh !== undefined) printRefresh(report, report.fullRefresh);
  await printTable(
    [
      "file",
      "status",
      "records",
      "loaded",
      "already present",
      "corrected",
      "superseded",
      "rejected",
      "warnings",
    ],
    shownFiles.map(({ path, status: fileStatus, outcomes }) => [
      path,
      fileStatus,
      outcomes.recordsRead,
      outcomes.loaded,
      outcomes.alreadyPresent,
      outcomes.corrected,
      outcomes.superseded,
      outcomes.rejected,
      outcomes.warnings,
    ]),
  );
  for (const { path, outOfRange } of report.files)
    if (outOfRange !== undefined) print(`${path}: ${outOfRange} other records are out of range.`);
  if (!areTold) print(`${unchanged.length} other files have not changed since they were loaded.`);
  for (const file of report.refused) print(refusalOfFile(file));
  for (const { path, error } of report.files) {
    if (error !== undefined) print(visible(`${path}: ${publicMessage(error)}`));
  }
  for (const { path, volume } of report.files) {
    if (volume !== undefined) print(`${path}: ${volume.kind}: ${aboutVolume(volume)}`);
  }
  for (const file of report.files) {
    if (file.changed === undefined) continue;
    print(visible(`${file.path} has ${otherColumns(file, file.changed)}:`));
    for (const change of changesInWords(file.changed.changes)) print(visible(`  ${change}`));
  }
  if (report.resolved > 0) print(`${report.resolved} records that had waited in quarantine were loaded.`);
  printRebuilt(report);
  if (report.dryRun !== undefined) {
    await printRejections(report.dryRun.rejections);
    print("This was a dry run: all of it has been undone, and the database is as it was.");
    return;
  }
  if (report.files.some(({ outcomes }) => outcomes.rejected > 0))
    print("Rejected records are kept: npm run rejects");
}

function printRebuilt({ rebuilt = {} }: IngestReport): void {
  for (const [table, mended] of mendedRollups(rebuilt))
    print(`${table}: ${mended === 0 ? "all rows agree" : `${mended} rows did not agree`} with the facts.`);
}

function printRefresh({ files, dryRun }: IngestReport, { missing }: { missing: readonly string[] }): void {
  const loaded = (source: SourceName): number =>
    files.reduce((sum, file) => sum + (file.source === source ? file.outcomes.loaded : 0), 0);
  const is = dryRun === undefined ? "is" : "would be";
  print(
    `The warehouse ${is} rebuilt from ${files.length} files: ${loaded("transactions")} transactions, ` +
      `${loaded("stores")} stores, ${loaded("devices")} devices.`,
  );
  for (const path of missing)
    print(visible(`Without what was loaded from ${path} before, and is not there any more.`));
}

async function printRejections(rejections: readonly Rejections[]): Promise<void> {
  if (rejections.length === 0) return;
  print("\nWould be rejected");
  await printTable(
    ["file", "reason", "column", "records", "first line"],
    rejections.map((one) => [one.path, one.reason, one.column, one.records, one.first_line]),
  );
}

function aboutVolume(volume: VolumeNote): string {
  if (volume.kind === "no_records") return WARNINGS.no_records;
  const { records, usual, loads } = volume;
  return `${records} ${records === 1 ? "record" : "records"}; the ${loads} loads before brought ${usual} (median).`;
}
