import { cardTokenKey } from "../src/ingestion/cardTokenKey.ts";
import { deviceLoading } from "../src/ingestion/deviceLoading.ts";
import { loadFile, type LoadContext } from "../src/ingestion/loadFile.ts";
import { openLoaderSession } from "../src/ingestion/loaderSession.ts";
import { resolveWaiting } from "../src/ingestion/resolveWaiting.ts";
import type { SourceLoading } from "../src/ingestion/sourceLoading.ts";
import { storeLoading } from "../src/ingestion/storeLoading.ts";
import { transactionLoading } from "../src/ingestion/transactionLoading.ts";
import type { Config } from "../src/config/loadConfig.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import { cardKeyIdFor } from "../src/runs/cardTokenKeys.ts";
import { addOutcomes, NO_OUTCOMES } from "../src/runs/outcomes.ts";
import { createCardTokeniser, fingerprintOfKey } from "../src/sources/cards.ts";
import type { SourceName } from "../src/sources/contracts.ts";
import { discoverFiles, type DiscoveredFile } from "../src/sources/discoverFiles.ts";
import { localTimeIn } from "../src/sources/localTime.ts";
import { settledFiles, waitUntilSettled } from "../src/sources/settle.ts";
import { fileReport, type FileReport, type IngestReport } from "./ingestReport.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";

/** Loads what is new: stores, then devices, then transactions, and what waited for them. */
export const ingestJob = {
  name: "ingest",
  cron: (config: Config): string => config.ingestCron,
} as const;

export interface IngestOptions {
  /** Files to load instead of those of DATA_DIR; taken at once, however young. */
  readonly files: readonly string[];
}

/**
 * One run of the pipeline's ingestion layer. A file that cannot be loaded does not keep the others from it; the
 * report then has status `failed` and the first such error.
 *
 * @throws TillhouseError `run_locked`, `card_token_key_mismatch`, and whatever ends the whole run
 */
export async function ingest(context: JobContext, options: IngestOptions): Promise<IngestReport> {
  const { config, database, clock } = context;
  const started = clock.monotonicMs();
  const key = await cardTokenKey(config);
  return asRun(ingestJob.name, { files: options.files }, context, async (held) => {
    const { run } = held;
    const files = await run.step(
      "discover files",
      () => filesToLoad(context, options),
      (found) => ({ files: found.length }),
    );
    const session = await openLoaderSession(database.url);
    const breakOff = (): void => {
      session.abandon();
    };
    context.breakingOff.addEventListener("abort", breakOff);
    try {
      const load = await loadContext(context, held, session.client, key);
      const reports = await loadSources(load, files, held);
      const read = reports.files.reduce((sum, file) => addOutcomes(sum, file.outcomes), NO_OUTCOMES);
      if (read.loaded + read.corrected + reports.resolved > 0) {
        await run.step("refresh statistics", () => database.pool.query(ANALYZE));
      }
      const watermark = await database.prisma.watermark.findUnique({ where: { source: "transactions" } });
      return {
        runId: run.runId,
        ...reports,
        watermark: watermark === null ? null : Number(watermark.watermark),
        durationMs: clock.monotonicMs() - started,
      };
    } catch (error) {
      if (!context.stopping.aborted || error instanceof TillhouseError) throw error;
      throw new TillhouseError(
        "run_stopped",
        "Stopped; the chunk in hand was rolled back, and the next run goes on from there.",
        {},
        error,
      );
    } finally {
      context.breakingOff.removeEventListener("abort", breakOff);
      await session.close();
    }
  });
}

// Without fresh statistics the planner takes a table for as empty as it was when it was last looked at.
const ANALYZE =
  "ANALYZE ingestion_layer.fct_transactions, ingestion_layer.dim_stores, ingestion_layer.dim_devices, ingestion_layer.dim_products, ingestion_layer.dim_product_labels, ingestion_layer.dim_time";

async function filesToLoad(
  { config, clock, trigger, stopping, logger }: JobContext,
  options: IngestOptions,
): Promise<readonly DiscoveredFile[]> {
  const { files, unknown } = await discoverFiles(config.dataDir, options.files);
  for (const path of unknown) {
    logger.warn("neither its name nor its header tells what this file is; it is left alone", { file: path });
  }
  if (options.files.length > 0) return files;
  if (files.length === 0) logger.warn("no files found", { DATA_DIR: config.dataDir });
  if (trigger === "schedule") return settledFiles(files, config.settleMs, clock);
  await waitUntilSettled(files, config.settleMs, clock, stopping);
  return files;
}

async function loadContext(
  { config, database, logger, clock, stopping, onProgress }: JobContext,
  { run, lock }: HeldRun,
  client: LoadContext["client"],
  key: Buffer,
): Promise<LoadContext> {
  return {
    client,
    prisma: database.prisma,
    logger,
    runId: run.runId,
    fencingToken: lock.fencingToken,
    cardKeyId: await cardKeyIdFor(database.prisma, fingerprintOfKey(key), clock.now()),
    maxRejectRatio: config.maxRejectRatio,
    maxRecordBytes: config.maxRecordBytes,
    chunkRecords: config.chunkRecords,
    parsing: {
      timestamps: { dateOrder: config.sourceDateOrder, localTime: localTimeIn(config.sourceTimezone) },
      tokeniseCard: createCardTokeniser(key),
    },
    now: () => clock.now(),
    signal: stopping,
    onProgress,
  };
}

interface LoadedSources {
  readonly files: readonly FileReport[];
  readonly resolved: number;
  /** The first error that stopped a file. */
  readonly failure: unknown;
}

async function loadSources(
  load: LoadContext,
  files: readonly DiscoveredFile[],
  { run }: HeldRun,
): Promise<LoadedSources> {
  const reports: FileReport[] = [];
  let resolved = 0;
  let failure: unknown;

  const loadOne = (file: DiscoveredFile) => {
    switch (file.source) {
      case "stores":
        return loadFile(storeLoading, file, load);
      case "devices":
        return loadFile(deviceLoading, file, load);
      case "transactions":
        return loadFile(transactionLoading, file, load);
    }
  };
  const loadAll = async (source: SourceName): Promise<void> => {
    for (const file of files.filter((candidate) => candidate.source === source)) {
      if (load.signal.aborted)
        throw new TillhouseError(
          "run_stopped",
          `Stopped before ${file.path}; the next run goes on from there.`,
        );
      try {
        const report = await run.step(
          `load ${file.path}`,
          () => loadOne(file),
          ({ status, outcomes }) => ({ status, ...outcomes }),
        );
        reports.push(fileReport(file, report.status, report.outcomes));
        load.logger.info(`${file.path}: ${report.status}`, {
          records_read: report.outcomes.recordsRead,
          loaded: report.outcomes.loaded,
          rejected: report.outcomes.rejected,
        });
      } catch (error) {
        if (!(error instanceof TillhouseError) || !FILE_ERRORS.has(error.code)) throw error;
        load.logger.error(error.message, { code: error.code });
        reports.push(fileReport(file, "failed", await outcomesOfFailed(load, file), error.message));
        failure ??= error;
      }
    }
  };
  const resolveAll = async <T>(loading: SourceLoading<T>): Promise<void> => {
    const attempt = (): Promise<number> => resolveWaiting(loading, load, load.signal);
    resolved += await run.step(`resolve waiting ${loading.contract.source}`, attempt, (count) => ({
      resolved: count,
    }));
  };

  await loadAll("stores");
  await resolveAll(deviceLoading);
  await loadAll("devices");
  await resolveAll(transactionLoading);
  await loadAll("transactions");
  return { files: reports, resolved, failure };
}

/** Errors that stop one file only. */
const FILE_ERRORS: ReadonlySet<string> = new Set([
  "file_refused",
  "too_many_rejects",
  "file_changed_while_read",
]);

/** What of a failed file was committed before it stopped. */
async function outcomesOfFailed({ prisma, runId }: LoadContext, file: DiscoveredFile) {
  const committed = await prisma.runFile.findFirst({
    where: { runId, file: { path: file.path, source: file.source } },
  });
  if (committed === null) return NO_OUTCOMES;
  return {
    recordsRead: Number(committed.recordsRead),
    loaded: Number(committed.loaded),
    alreadyPresent: Number(committed.alreadyPresent),
    corrected: Number(committed.corrected),
    superseded: Number(committed.superseded),
    rejected: Number(committed.rejected),
    warnings: Number(committed.warnings),
  };
}
