import type { Config } from "../src/config/loadConfig.ts";
import { cardTokenKey } from "../src/ingestion/cardTokenKey.ts";
import type { LoadContext } from "../src/ingestion/loadFile.ts";
import { openLoaderSession } from "../src/ingestion/loaderSession.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import { verifyWarehouse, type Verification } from "../src/quality/verifyWarehouse.ts";
import { cardKeyIdFor } from "../src/runs/cardTokenKeys.ts";
import { fileLedger } from "../src/runs/fileLedger.ts";
import { addOutcomes, NO_OUTCOMES } from "../src/runs/outcomes.ts";
import { publicMessage } from "../src/runs/runLog.ts";
import { createCardTokeniser, fingerprintOfKey } from "../src/sources/cards.ts";
import { discoverFiles, type DiscoveredFile } from "../src/sources/discoverFiles.ts";
import { localTimeIn } from "../src/sources/localTime.ts";
import { settledFiles, waitUntilSettled } from "../src/sources/settle.ts";
import type { IngestReport } from "./ingestReport.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";
import { loadSources, type LoadedSources } from "./loadSources.ts";

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
  const key = await cardTokenKey(config, database.prisma);
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
      const loaded = await loadSources({ ...load, clock }, run, files, () => context.breakingOff.aborted);
      const read = loaded.files.reduce((sum, file) => addOutcomes(sum, file.outcomes), NO_OUTCOMES);
      if (read.loaded + read.corrected + loaded.resolved > 0 && !context.stopping.aborted) {
        // What is loaded stands without it; the server's own autovacuum does the same a little later.
        await run
          .step("refresh statistics", () => database.pool.query(ANALYZE))
          .catch((error: unknown) => {
            context.logger.warn("statistics could not be refreshed", { error: publicMessage(error) });
          });
      }
      return await reportOf(run.runId, loaded, context, started).catch((problem: unknown) => {
        throw loaded.failure ?? problem;
      });
    } finally {
      context.breakingOff.removeEventListener("abort", breakOff);
      await session.close();
    }
  });
}

// Without fresh statistics the planner takes a table for as empty as it was when it was last looked at.
const ANALYZE =
  "ANALYZE ingestion_layer.fct_transactions, ingestion_layer.dim_stores, ingestion_layer.dim_devices, ingestion_layer.dim_products, ingestion_layer.dim_product_labels, ingestion_layer.dim_time";

async function reportOf(
  runId: number,
  loaded: LoadedSources,
  { database, clock }: JobContext,
  started: number,
): Promise<IngestReport> {
  const watermark = await database.prisma.watermark.findUnique({ where: { source: "transactions" } });
  return {
    runId,
    ...loaded,
    watermark: watermark === null ? null : Number(watermark.watermark),
    durationMs: clock.monotonicMs() - started,
  };
}

/**
 * One run of the aggregation layer alone: reads no file, recomputes from the facts what is kept beside them.
 *
 * @throws TillhouseError `run_locked`
 */
export async function aggregate(
  context: JobContext,
): Promise<IngestReport & { readonly verification: Verification }> {
  const { clock, database } = context;
  const started = clock.monotonicMs();
  return asRun(ingestJob.name, { select: "aggregation_layer" }, context, async ({ run }) => {
    const verification = await run.step(
      "verify",
      () => verifyWarehouse(database.pool),
      ({ checks, differences }) => ({ checks, differences: differences.length }),
    );
    const failure = failureOf(verification);
    const report = await reportOf(run.runId, { files: [], resolved: 0, failure }, context, started);
    return { ...report, verification };
  });
}

function failureOf({ differences }: Verification): TillhouseError | undefined {
  if (differences.length === 0) return undefined;
  return new TillhouseError(
    "verification_failed",
    `${differences.length} values that are kept do not agree with the facts. See them: npm run verify`,
    { differences: differences.length },
  );
}

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
    ledger: fileLedger(database.prisma, lock.fencingToken),
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
