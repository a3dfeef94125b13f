import type { Config } from "../src/config/loadConfig.ts";
import { cardTokenKey, completeRotation } from "../src/ingestion/cardTokenKey.ts";
import { localChunkLoader, type RunSettings } from "../src/ingestion/chunkLoader.ts";
import { DoneOfFile, type LoadContext } from "../src/ingestion/loadFile.ts";
import { loaderPool } from "../src/ingestion/loaderPool.ts";
import type { ResolveContext } from "../src/ingestion/resolveWaiting.ts";
import { dropOrphanedStaging, loaderSession } from "../src/ingestion/loaderSession.ts";
import { forgetChanges } from "../src/ingestion/undo/undoRun.ts";
import { loaderThreads } from "../src/ingestion/threads/loaderThreads.ts";
import { passesSoon, TillhouseError } from "../src/lib/errors.ts";
import { publicMessage } from "../src/lib/publicError.ts";
import { visible } from "../src/lib/visible.ts";
import { cardKeyIdFor } from "../src/runs/cardTokenKeys.ts";
import { identityOf } from "../src/runs/fileIdentity.ts";
import { fileLedger } from "../src/runs/fileLedger.ts";
import { addOutcomes, NO_OUTCOMES } from "../src/runs/outcomes.ts";
import { sourcesOfUnchanged } from "../src/runs/unchangedFiles.ts";
import { UsualLoads } from "../src/runs/usualLoads.ts";
import { mayNameCard, shownPath } from "../src/sources/cardLikeNames.ts";
import { fingerprintOfKey } from "../src/sources/cards.ts";
import {
  discoverFiles,
  fileRefused,
  type DiscoveredFile,
  type RefusedFile,
  type UnknownFile,
} from "../src/sources/discoverFiles.ts";
import { localTimeIn } from "../src/sources/localTime.ts";
import { settledFiles, waitUntilSettled } from "../src/sources/settle.ts";
import { snapshotDateOf } from "../src/sources/snapshotDate.ts";
import { reportOf, type IngestReport } from "./ingestReport.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";
import { loadSources } from "./loadSources.ts";
import { refreshStatistics } from "./refreshStatistics.ts";

/** Loads what is new: stores, then devices, then transactions, and what waited for them. */
export const ingestJob = {
  name: "ingest",
  cron: (config: Config): string => config.ingestCron,
} as const;

export interface IngestOptions {
  /** Files to load instead of those of DATA_DIR; taken at once, however young. */
  readonly files: readonly string[];
  /** What the records of all files are of, instead of what the files' names or times say. */
  readonly asOf?: Date | undefined;
}

/**
 * One run of the pipeline's ingestion layer. A file that cannot be loaded does not keep the others from it; the
 * report then has status `failed` and the first such error.
 *
 * @throws TillhouseError `run_locked`, `card_token_key_mismatch`, `usage_invalid` for a file whose path could hold a card
 *   number, and whatever ends the whole run
 */
export async function ingest(context: JobContext, options: IngestOptions): Promise<IngestReport> {
  const { config, database, clock } = context;
  // Before anything is noted of the run, which keeps these names.
  refuseCardLike(options.files);
  const started = clock.monotonicMs();
  const done = new Map<string, DoneOfFile>();
  const doneOf = (path: string): DoneOfFile => {
    const ofFile = done.get(path) ?? new DoneOfFile();
    done.set(path, ofFile);
    return ofFile;
  };
  let usualLoads: UsualLoads | undefined;
  const parameters = { files: options.files, ...(options.asOf && { as_of: options.asOf.toISOString() }) };
  return asRun(ingestJob.name, parameters, context, async (held) => {
    const { run } = held;
    usualLoads ??= new UsualLoads(run.runId);
    await completeRotation(config, database.pool);
    const key = await cardTokenKey(config, database.pool);
    const { files, refused } = await run.step(
      "discover files",
      () => filesToLoad(context, options),
      (found) => ({ files: found.files.length, ...countOf(found.refused) }),
    );
    const [firstRefused] = refused;
    const refusalOfRun = firstRefused === undefined ? undefined : fileRefused(firstRefused);
    const runSettings = await settingsOf(context, held, key);
    await dropOrphanedStaging.run(database.pool).catch((error: unknown) => {
      // Empty tables that are in nobody's way; the next run tries again.
      context.logger.warn("left-over staging could not be dropped", { error: publicMessage(error) });
    });
    const session = loaderSession(database.entry);
    const threads = loaderThreads(
      { database: database.entry, run: runSettings },
      config.workers,
      context.startThread,
    );
    const breakOff = (): void => {
      threads.abandon();
      session.abandon();
    };
    context.breakingOff.addEventListener("abort", breakOff);
    try {
      const here = loaderPool(() => localChunkLoader(session, runSettings), 1);
      const localTime = localTimeIn(config.sourceTimezone);
      const load: LoadContext & ResolveContext = {
        session,
        runId: runSettings.runId,
        fencingToken: runSettings.fencingToken,
        maxRejectRatio: runSettings.maxRejectRatio,
        pool: database.pool,
        ledger: fileLedger(database.pool, held.lock.fencingToken),
        logger: context.logger,
        maxRecordBytes: config.maxRecordBytes,
        chunkRecords: config.chunkRecords,
        reopenAfterMs: options.files.length > 0 ? 0 : config.settleMs,
        loadersFor: (bytes) => (bytes < WORTH_THREADS_BYTES ? here : threads.pool),
        now: () => clock.now(),
        signal: context.stopping,
        doneOf,
        snapshotOf: (path) => options.asOf ?? snapshotDateOf(path, localTime),
        usualLoads,
        onCommit: held.progressed,
        onProgress: (progress) => {
          held.progressed();
          context.onProgress?.(progress);
        },
      };
      const loaded = await loadSources({ ...load, clock }, run, files, () => context.breakingOff.aborted);
      const read = loaded.files.reduce((sum, file) => addOutcomes(sum, file.outcomes), NO_OUTCOMES);
      const changed = read.loaded + read.corrected + loaded.resolved;
      if (changed > 0 && !context.stopping.aborted && !passesSoon(loaded.failure)) {
        // What is loaded stands without it; the server's own autovacuum does the same a little later.
        await run
          .step("refresh statistics", () => refreshStatistics(database.pool, changed))
          .catch((error: unknown) => {
            context.logger.warn("statistics could not be refreshed", { error: publicMessage(error) });
          });
      }
      // Those of more runs than are asked for are in nobody's way; the next run tries again.
      await forgetChanges(database.pool, run.runId, config.undoRuns).catch((error: unknown) => {
        context.logger.warn("what rows were before old runs could not be dropped", {
          error: publicMessage(error),
        });
      });
      return await reportOf(
        run.runId,
        { files: loaded.files, refused, failure: loaded.failure ?? refusalOfRun },
        context,
        started,
      ).catch((problem: unknown) => {
        throw loaded.failure ?? problem;
      });
    } finally {
      context.breakingOff.removeEventListener("abort", breakOff);
      await threads.close();
      await session.close();
    }
  });
}

/** A smaller file is loaded before a thread has started. */
const WORTH_THREADS_BYTES = 4 << 20;

function refuseCardLike(files: readonly string[]): void {
  const path = files.find(mayNameCard);
  if (path === undefined) return;
  const file = shownPath(path);
  throw new TillhouseError(
    "usage_invalid",
    `The path ${visible(file)} could hold a card number, and paths are kept and shown. Rename the file or its folder, then load it.`,
    { file },
  );
}

async function filesToLoad(
  { config, database, clock, trigger, stopping, logger }: JobContext,
  options: IngestOptions,
): Promise<{ files: readonly DiscoveredFile[]; refused: readonly RefusedFile[] }> {
  const areNamed = options.files.length > 0;
  const {
    files,
    unknown,
    refused: notOurs,
  } = await discoverFiles(config.dataDir, options.files, (unnamed) =>
    sourcesOfUnchanged(
      database.pool,
      unnamed.map(({ path, stats }) => ({ path, identity: identityOf(stats) })),
    ),
  );
  // Of a folder, what is none of ours may be somebody else's; a file that was named was meant.
  const refused = areNamed ? unknown.map(asRefused) : notOurs;
  for (const { path, reason } of refused) logger.error(`the file is refused: ${reason}`, { file: path });
  if (areNamed) return { files, refused };
  for (const { path, foreign } of unknown) {
    logger.warn(`the file is left alone: ${OF_NO_SOURCE}`, {
      file: path,
      ...(foreign !== undefined && { begins_as: foreign.name, remedy: foreign.remedy }),
    });
  }
  if (files.length === 0) logger.warn("no files found", { DATA_DIR: config.dataDir });
  if (trigger === "schedule") return { files: await settledFiles(files, config.settleMs, clock), refused };
  await waitUntilSettled(files, config.settleMs, clock, stopping);
  return { files, refused };
}

const OF_NO_SOURCE = "neither its name nor its header tells what it holds";

function asRefused({ path, foreign }: UnknownFile): RefusedFile {
  const hint = foreign === undefined ? "" : `; it begins as ${foreign.name} does`;
  return { path, reason: `${OF_NO_SOURCE}${hint}` };
}

/** Nothing refused is nothing to count. */
function countOf(refused: readonly RefusedFile[]): { refused?: number } {
  return refused.length === 0 ? {} : { refused: refused.length };
}

async function settingsOf(
  { config, database, clock }: JobContext,
  { run, lock }: HeldRun,
  key: Buffer,
): Promise<RunSettings> {
  return {
    runId: run.runId,
    fencingToken: lock.fencingToken,
    cardKeyId: await cardKeyIdFor(database.pool, fingerprintOfKey(key), clock.now()),
    cardTokenKey: key,
    maxRejectRatio: config.maxRejectRatio,
    dateOrder: config.sourceDateOrder,
    timeZone: config.sourceTimezone,
  };
}
