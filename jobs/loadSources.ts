import { asDatabaseError, isOfConnecting } from "../src/database/databaseErrors.ts";
import { deviceLoading } from "../src/ingestion/deviceLoading.ts";
import type { LoadContext } from "../src/ingestion/loadContext.ts";
import { loadFile } from "../src/ingestion/loadFile.ts";
import type { FileToLoad } from "../src/ingestion/refresh/filePart.ts";
import { resolveWaiting, type ResolveContext } from "../src/ingestion/resolveWaiting.ts";
import type { SourceLoading } from "../src/ingestion/sourceLoading.ts";
import { transactionLoading } from "../src/ingestion/transactionLoading.ts";
import { onlyRow, sqlFile } from "../src/database/sqlFile.ts";
import type { Clock } from "../src/lib/clock.ts";
import { passesSoon, TillhouseError } from "../src/lib/errors.ts";
import { type ErrorCode } from "../src/lib/knownErrors.ts";
import { publicCode, publicMessage } from "../src/lib/publicError.ts";
import { statusOf, type RunLog } from "../src/runs/runLog.ts";
import { NO_OUTCOMES, type outcomeColumns } from "../src/runs/outcomes.ts";
import type { SourceName } from "../src/sources/contracts.ts";
import type { DiscoveredFile } from "../src/sources/discoverFiles.ts";
import type { FileReport } from "./ingestReport.ts";
import { unchangedReports } from "./unchangedReports.ts";

const committedOfFile = sqlFile(new URL("./committedOfFile.sql", import.meta.url));

/** What loading the files of all sources came to. */
export interface LoadedSources {
  readonly files: readonly FileReport[];
  /** Quarantined records of earlier that loaded. */
  readonly resolved: number;
  /** The first error that stopped a file, or the run. */
  readonly failure: unknown;
}

/** What the files of a run are loaded by. */
export type LoadRules = LoadContext & ResolveContext & { readonly clock: Clock };

/** Errors that stop one file; the others are loaded all the same. */
const FILE_ERRORS: ReadonlySet<ErrorCode> = new Set([
  "file_refused",
  "schema_changed",
  "file_changed",
  "file_unreadable",
  "check_failed",
  "too_many_rejects",
]);

/**
 * Stores, then what waited for them, then devices, then what waited for those, then transactions. An error that stops
 * the run is given back with what was done until then, so that the run can be reported.
 *
 * @param ended whether the run's connection was cut to end it: what fails then fails for that reason
 */
export async function loadSources(
  load: LoadRules,
  run: RunLog,
  files: readonly FileToLoad[],
  ended: () => boolean,
): Promise<LoadedSources> {
  const reports: FileReport[] = [];
  let resolved = 0;
  let failure: unknown;

  const isBackfilled = (source: SourceName): boolean => source === "transactions" && load.range !== undefined;
  const notesOf = ({ path, source }: DiscoveredFile) => {
    const { changed, outOfRange, warningsByKind, volume } = load.doneOf(path);
    return { changed, warningsByKind, volume, ...(isBackfilled(source) && { outOfRange }) };
  };
  const loadAll = async (source: SourceName): Promise<void> => {
    const ofSource = files.filter((found) => found.source === source);
    const unchanged = isBackfilled(source)
      ? new Map<string, FileReport>()
      : await unchangedReports(load, source, ofSource);
    if (unchanged.size > 0) load.logger.info(`${source}: ${unchanged.size} files unchanged`);
    for (const file of ofSource) {
      const isDone = unchanged.get(file.path);
      if (isDone !== undefined && !load.signal.aborted) {
        reports.push(isDone);
        continue;
      }
      const started = load.clock.monotonicMs();
      try {
        if (load.signal.aborted) throw stopped(`before ${file.path}`);
        const report = await run.step(
          `load ${file.path}`,
          () => loadFile(file, load),
          ({ status, outcomes, warningsByKind }) => ({ status, ...outcomes, ...warningsByKind }),
        );
        const { outcomes, status } = report;
        load.logger.info(`${file.path}: ${status}`, {
          records_read: outcomes.recordsRead,
          loaded: outcomes.loaded,
          rejected: outcomes.rejected,
        });
        const done = await committed(load, file);
        reports.push({
          ...done,
          // An attempt of this run that was broken off may have loaded it.
          status: done.outcomes.recordsRead > 0 ? "loaded" : status,
          ...notesOf(file),
          durationMs: load.clock.monotonicMs() - started,
        });
      } catch (caught) {
        const error = asFileError(caught, file, ended);
        const status = statusOf(error);
        // A database that is gone cannot say what it holds; the error that told of that is the one to report.
        const done = await committed(load, file).catch(() => nothingOf(file));
        reports.push({
          ...done,
          status,
          ...notesOf(file),
          error,
          durationMs: load.clock.monotonicMs() - started,
        });
        failure ??= error;
        if (!(error instanceof TillhouseError) || !FILE_ERRORS.has(error.code)) throw new RunEnded(error);
        load.logger.error(error.message, { code: error.code });
      }
    }
  };
  const resolveAll = async (loading: SourceLoading): Promise<void> => {
    const attempt = (): Promise<number> => resolveWaiting(loading, load, load.signal);
    resolved += await run.step(`resolve waiting ${loading.contract.source}`, attempt, (count) => ({
      resolved: count,
    }));
  };

  try {
    await loadAll("stores");
    await resolveAll(deviceLoading);
    await loadAll("devices");
    await resolveAll(transactionLoading);
    await loadAll("transactions");
  } catch (error) {
    if (error instanceof RunEnded) failure = error.reason;
    else failure = ended() ? stopped("between two files") : asDatabaseError(error);
    // What passes is told when it is waited for, or given up.
    if (!passesSoon(failure)) load.logger.error(publicMessage(failure), { code: publicCode(failure) });
  }
  return { files: reports, resolved, failure };
}

/** Carries the error that ends the run out of the loops; what it says is `reason`. */
class RunEnded extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super("the run ended");
    this.reason = reason;
  }
}

function stopped(where: string, cause?: unknown): TillhouseError {
  return new TillhouseError("run_stopped", `Stopped ${where}; the next run goes on from there.`, {}, cause);
}

/** What file systems answer; a lost connection to the database has other codes. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "EACCES",
  "EPERM",
  "ENOENT",
  "EISDIR",
  "EIO",
  "ESTALE",
  "EBUSY",
  "ENXIO",
]);

/** What a failure means for its file: told to stop, unreadable, or what it says itself. */
export function asFileError(error: unknown, file: DiscoveredFile, ended: () => boolean): unknown {
  const isOurs = error instanceof TillhouseError;
  if (ended() && (!isOurs || error.code === "run_stopped"))
    return stopped(`in the middle of ${file.path}, whose last chunk was not finished`, error);
  if (isOurs) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !UNREADABLE.has(code) || isOfConnecting(error)) return asDatabaseError(error);
  const why = code === "EACCES" || code === "EPERM" ? "this user may not read it" : code;
  const message = `${file.path}: cannot be read (${why}). What was committed of it stands; the next run tries again.`;
  return new TillhouseError("file_unreadable", message, { path: file.path, reason: why }, error);
}

type CommittedFile = Omit<FileReport, "status" | "durationMs">;

function nothingOf({ source, path }: DiscoveredFile): CommittedFile {
  return { source, path, outcomes: NO_OUTCOMES, resolved: 0, watermark: null };
}

/** What this run has committed of a file, as the database has it. */
async function committed(
  { pool, runId }: LoadContext,
  { path, source }: DiscoveredFile,
): Promise<CommittedFile> {
  const row = onlyRow(await committedOfFile.run<CommittedRow>(pool, { run_id: runId, source, path }));
  return {
    source,
    path,
    outcomes: {
      recordsRead: Number(row.records_read),
      loaded: Number(row.loaded),
      alreadyPresent: Number(row.already_present),
      corrected: Number(row.corrected),
      superseded: Number(row.superseded),
      rejected: Number(row.rejected),
      warnings: Number(row.warnings),
    },
    resolved: Number(row.resolved),
    watermark: row.watermark === null ? null : Number(row.watermark),
  };
}

/** Sums and ids, which PostgreSQL sends as text. */
type CommittedRow = Record<keyof ReturnType<typeof outcomeColumns> | "resolved", string> & {
  readonly watermark: string | null;
};
