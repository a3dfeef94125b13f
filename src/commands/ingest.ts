import { aggregate } from "../../jobs/aggregate.ts";
import { fullRefresh } from "../../jobs/fullRefresh.ts";
import { ingest } from "../../jobs/ingest.ts";
import type { BackfillRange } from "../../jobs/backfillRange.ts";
import type { IngestOptions } from "../../jobs/ingestOptions.ts";
import { reportAsJson, statusOfReport, type IngestReport } from "../../jobs/ingestReport.ts";
import type { JobContext } from "../../jobs/job.ts";
import type { Rejections } from "../../jobs/rejections.ts";
import { EXIT_CODES, TillhouseError, type ExitCode } from "../lib/errors.ts";
import { printFiveAnswers } from "./answers.ts";
import { commandContext } from "./commandContext.ts";
import { createProgressDisplay } from "./progress.ts";
import { print, printJson, printTable } from "./output.ts";
import { runByHand } from "./runByHand.ts";
import { printVerification } from "./verify.ts";
import { publicMessage } from "../lib/publicError.ts";
import { visible } from "../lib/visible.ts";
import { localTimeIn, type LocalTime } from "../sources/localTime.ts";
import { namedMoment } from "../sources/snapshotDate.ts";
import type { VolumeNote } from "../ingestion/volumeOfLoad.ts";
import type { SourceName } from "../sources/contracts.ts";
import { refusalOfFile } from "../sources/discoverFiles.ts";
import { WARNINGS } from "../sources/reasons.ts";

export const LAYERS = ["ingestion_layer", "aggregation_layer"] as const;
export type Layer = (typeof LAYERS)[number];

export interface IngestCommandOptions {
  readonly file: readonly string[];
  readonly select?: Layer;
  readonly asOf?: string;
  readonly fromId?: number;
  readonly toId?: number;
  readonly fromDate?: string;
  readonly toDate?: string;
  readonly dryRun?: boolean;
  readonly fullRefresh?: boolean;
  readonly allowMissing?: boolean;
  readonly json?: boolean;
}

/** `job:ingest`: loads what is new, then shows the answers. */
export async function ingestCommand(options: IngestCommandOptions): Promise<void> {
  const context = commandContext();
  const layers: readonly Layer[] = options.select === undefined ? LAYERS : [options.select];
  if (!layers.includes("ingestion_layer")) refuseLoadOptions(options);
  refuseBesideRefresh(options);
  const asOf = asOfIn(options, localTimeIn(context.config.sourceTimezone));
  const range = rangeIn(options);
  const then = options.fullRefresh === true ? ", then rolling back: all stays as it was" : "";
  // No role may remove what a refresh removes.
  const purpose = options.fullRefresh === true ? "own" : "load";
  await runByHand(context, purpose, `finishing the chunk in hand${then}`, async (job) => {
    if (layers.includes("ingestion_layer")) await loadAndReport(job, options, { asOf, range });
    else await aggregateAndReport(job, options);
    // After a dry run the answers are what they were.
    if (layers.includes("aggregation_layer") && options.json !== true && options.dryRun !== true)
      await printFiveAnswers(job.database);
  });
}

/** Options that say which files are loaded, and how, by their names on the command line. */
function loadOptions({ file, asOf, ...range }: IngestCommandOptions): readonly string[] {
  return [
    ...(file.length > 0 ? ["--file"] : []),
    ...(asOf === undefined ? [] : ["--as-of"]),
    ...(range.fromId === undefined ? [] : ["--from-id"]),
    ...(range.toId === undefined ? [] : ["--to-id"]),
    ...(range.fromDate === undefined ? [] : ["--from-date"]),
    ...(range.toDate === undefined ? [] : ["--to-date"]),
  ];
}

function refuseLoadOptions(options: IngestCommandOptions): void {
  const given = [
    ...loadOptions(options),
    ...(options.dryRun === true ? ["--dry-run"] : []),
    ...(options.fullRefresh === true ? ["--full-refresh"] : []),
  ];
  if (given.length === 0) return;
  throw new TillhouseError(
    "usage_invalid",
    `--select aggregation_layer reads no file: leave ${given.join(", ")} out`,
  );
}

function refuseBesideRefresh(options: IngestCommandOptions): void {
  if (options.fullRefresh !== true) {
    if (options.allowMissing !== true) return;
    throw new TillhouseError(
      "usage_invalid",
      "--allow-missing says what --full-refresh may go on without: give both",
    );
  }
  const given = loadOptions(options);
  if (given.length === 0) return;
  throw new TillhouseError(
    "usage_invalid",
    `--full-refresh loads all files again, each as of when it was loaded: leave ${given.join(", ")} out`,
  );
}

function asOfIn({ asOf }: IngestCommandOptions, localTime: LocalTime): Date | undefined {
  if (asOf === undefined) return undefined;
  const moment = namedMoment(asOf, localTime);
  if (moment !== null) return moment;
  throw new TillhouseError(
    "usage_invalid",
    "--as-of takes a day such as 2026-05-01, or a time such as 2026-05-01T08:30 or 2026-05-01T08:30:00Z",
  );
}

function rangeIn({ fromId, toId, fromDate, toDate }: IngestCommandOptions): BackfillRange | undefined {
  const range = {
    fromId,
    toId,
    fromDate: dayIn("--from-date", fromDate),
    toDate: dayIn("--to-date", toDate),
  };
  if (fromId !== undefined && toId !== undefined && fromId > toId) throw emptyRange("id", "1000", "1999");
  if (range.fromDate !== undefined && range.toDate !== undefined && range.fromDate > range.toDate)
    throw emptyRange("date", "2026-11-03", "2026-11-04");
  return Object.values(range).some((bound) => bound !== undefined) ? range : undefined;
}

function emptyRange(of: string, from: string, to: string): TillhouseError {
  const message = `--from-${of} is after --to-${of}: give them as in --from-${of} ${from} --to-${of} ${to}`;
  return new TillhouseError("usage_invalid", message);
}

/** A day as it is written; both of its ends are compared as text. */
function dayIn(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && namedMoment(text, localTimeIn("UTC")) !== null;
  if (isDay) return text;
  throw new TillhouseError("usage_invalid", `${option} takes a day such as 2026-11-03`);
}

async function loadAndReport(
  context: JobContext,
  options: IngestCommandOptions,
  told: Pick<IngestOptions, "asOf" | "range">,
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
  if (report.resolved > 0) print(`${report.resolved} records that had waited in quarantine were loaded.`);
  if (report.dryRun !== undefined) {
    await printRejections(report.dryRun.rejections);
    print("This was a dry run: all of it has been undone, and the database is as it was.");
    return;
  }
  if (report.files.some(({ outcomes }) => outcomes.rejected > 0))
    print("Rejected records are kept: npm run rejects");
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
