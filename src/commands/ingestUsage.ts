import type { BackfillRange } from "../../jobs/backfillRange.ts";
import type { Selection } from "../../jobs/selection.ts";
import type { Asked } from "../../jobs/selectors.ts";
import { TillhouseError } from "../lib/errors.ts";
import { localTimeIn, type LocalTime } from "../sources/localTime.ts";
import { namedMoment } from "../sources/snapshotDate.ts";

/** `job:ingest` as it was asked for. */
export interface IngestCommandOptions {
  readonly file: readonly string[];
  /** A layer, or names of parts, each perhaps several with commas between them. */
  readonly select: readonly string[];
  readonly asOf?: string;
  readonly fromId?: number;
  readonly toId?: number;
  readonly fromDate?: string;
  readonly toDate?: string;
  readonly dryRun?: boolean;
  readonly fullRefresh?: boolean;
  readonly allowMissing?: boolean;
  /** Say what `select` comes to, and do nothing. */
  readonly list?: boolean;
  readonly json?: boolean;
}

/** Options that say which files are loaded, and how, by their names on the command line. */
function loadOptions({ file, asOf, ...range }: IngestCommandOptions): readonly string[] {
  return [
    ...(file.length > 0 ? ["--file"] : []),
    ...(asOf === undefined ? [] : ["--as-of"]),
    ...rangeOptions(range),
  ];
}

function rangeOptions(
  range: Pick<IngestCommandOptions, "fromId" | "toId" | "fromDate" | "toDate">,
): readonly string[] {
  return [
    ...(range.fromId === undefined ? [] : ["--from-id"]),
    ...(range.toId === undefined ? [] : ["--to-id"]),
    ...(range.fromDate === undefined ? [] : ["--from-date"]),
    ...(range.toDate === undefined ? [] : ["--to-date"]),
  ];
}

/** Those, and what a run does with them. */
function runOptions(options: IngestCommandOptions): readonly string[] {
  return [
    ...loadOptions(options),
    ...(options.dryRun === true ? ["--dry-run"] : []),
    ...(options.fullRefresh === true ? ["--full-refresh"] : []),
  ];
}

/** @throws TillhouseError `usage_invalid` where what is selected reads no file, and an option is about files */
export function refuseLoadOptions(options: IngestCommandOptions): void {
  const given = runOptions(options);
  if (given.length === 0) return;
  throw new TillhouseError(
    "usage_invalid",
    `--select ${options.select.join(",")} reads no file: leave ${given.join(", ")} out`,
  );
}

/** @throws TillhouseError `usage_invalid` where an option asks for what parts of the pipeline that are selected do not do */
export function refuseBesideSelection(options: IngestCommandOptions, { sources }: Selection): void {
  if (sources.length === 0) refuseLoadOptions(options);
  const given = rangeOptions(options);
  if (given.length === 0 || sources.includes("transactions")) return;
  throw new TillhouseError(
    "usage_invalid",
    `--select ${options.select.join(",")} loads no transactions, and a range is of those: leave ${given.join(", ")} out`,
  );
}

/** @throws TillhouseError `usage_invalid` for what would be done, where nothing is to be */
export function refuseBesideList(options: IngestCommandOptions): void {
  const given = runOptions(options);
  if (given.length === 0) return;
  throw new TillhouseError(
    "usage_invalid",
    `--list says what --select comes to, and does nothing: leave ${given.join(", ")} out`,
  );
}

/** @throws TillhouseError `usage_invalid` where an option does not go with a full refresh, or only with one */
export function refuseBesideRefresh(options: IngestCommandOptions, { selectors }: Asked): void {
  if (options.fullRefresh !== true) {
    if (options.allowMissing !== true) return;
    throw new TillhouseError(
      "usage_invalid",
      "--allow-missing says what --full-refresh may go on without: give both",
    );
  }
  if (selectors.length > 0) {
    throw new TillhouseError(
      "usage_invalid",
      "--full-refresh rebuilds everything, from all files: leave --select out",
    );
  }
  const given = loadOptions(options);
  if (given.length === 0) return;
  throw new TillhouseError(
    "usage_invalid",
    `--full-refresh loads all files again, each as of when it was loaded: leave ${given.join(", ")} out`,
  );
}

/** @throws TillhouseError `usage_invalid` when `--as-of` is no moment */
export function asOfIn({ asOf }: IngestCommandOptions, localTime: LocalTime): Date | undefined {
  if (asOf === undefined) return undefined;
  const moment = namedMoment(asOf, localTime);
  if (moment !== null) return moment;
  throw new TillhouseError(
    "usage_invalid",
    "--as-of takes a day such as 2026-05-01, or a time such as 2026-05-01T08:30 or 2026-05-01T08:30:00Z",
  );
}

/** @throws TillhouseError `usage_invalid` when a bound is none, or the range is empty */
export function rangeIn({ fromId, toId, fromDate, toDate }: IngestCommandOptions): BackfillRange | undefined {
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
