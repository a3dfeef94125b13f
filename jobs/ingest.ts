import { cardTokenKey, completeRotation } from "../src/ingestion/cardTokenKey.ts";
import { localChunkLoader } from "../src/ingestion/chunkLoader.ts";
import { loaderPool, type LoaderPool } from "../src/ingestion/loaderPool.ts";
import { loaderThreads, type LoaderThreads } from "../src/ingestion/threads/loaderThreads.ts";
import { passesSoon, TillhouseError } from "../src/lib/errors.ts";
import { publicMessage } from "../src/lib/publicError.ts";
import { addOutcomes, NO_OUTCOMES } from "../src/runs/outcomes.ts";
import { UsualLoads } from "../src/runs/usualLoads.ts";
import { fileRefused, type RefusedFile } from "../src/sources/refusedFile.ts";
import { rebuildInRun } from "./aggregate.ts";
import { rangeParameters } from "./backfillRange.ts";
import { filesToLoad, refuseCardLike, type FoundFiles } from "./filesToLoad.ts";
import type { IngestOptions } from "./ingestOptions.ts";
import { reportOf, type IngestReport } from "./ingestReport.ts";
import { inOneTransaction, type TransactionRun } from "./inOneTransaction.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";
import { INGEST } from "./jobNames.ts";
import { loadFiles, type Loaders, type RunMemory, type SettingsOfRun } from "./loadFiles.ts";
import {
  dropLeftStaging,
  forgetOldChanges,
  onOneConnection,
  rememberedFiles,
  settingsOf,
  withRecordChecks,
} from "./loadingRun.ts";
import type { LoadedSources } from "./loadSources.ts";
import { refreshStatistics } from "./refreshStatistics.ts";
import { rejectionsOf } from "./rejections.ts";
import { withRunSession } from "./runSession.ts";

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
  const doneOf = rememberedFiles();
  const parameters = {
    files: options.files,
    ...(options.asOf && { as_of: options.asOf.toISOString() }),
    ...rangeParameters(options.range),
    ...(options.selection && { select: options.selection.selectors }),
  };
  if (options.dryRun === true) {
    return inOneTransaction(INGEST, parameters, context, (held) => rehearse(held, options, doneOf, started));
  }
  let usualLoads: UsualLoads | undefined;
  return asRun(INGEST, parameters, context, async (held) => {
    const memory = { doneOf, usualLoads: (usualLoads ??= new UsualLoads(held.run.runId)) };
    await completeRotation(config, database.pool);
    const key = await cardTokenKey(config, database.pool);
    const found = await discover(context, options, held);
    const settings = await settingsOf(context, held, key);
    await dropLeftStaging(context);
    const report = await withLoaders(context, settings, (loaders) =>
      loadAll(context, options, held, found, settings, memory, loaders, started),
    );
    await forgetOldChanges(context, held.run.runId);
    return report;
  });
}

/** The same on the run's one connection, without what is done for later runs: it is undone. */
async function rehearse(
  { session, inside, ...held }: TransactionRun,
  options: IngestOptions,
  doneOf: RunMemory["doneOf"],
  started: number,
): Promise<IngestReport> {
  const { config, database } = inside;
  const { runId } = held.run;
  const key = await cardTokenKey(config, database.pool);
  const found = await discover(inside, options, held);
  const settings = await settingsOf(inside, held, key);
  const memory = { doneOf, usualLoads: new UsualLoads(runId) };
  const loaders = onOneConnection(session, settings, config);
  const report = await loadAll(inside, options, held, found, settings, memory, loaders, started);
  // A broken connection has nothing to tell; the report has the error.
  const rejections = await rejectionsOf(database.pool, runId).catch((problem: unknown) => {
    throw report.failure ?? problem;
  });
  return { ...report, dryRun: { rejections } };
}

async function discover(
  context: JobContext,
  { files, range, selection }: IngestOptions,
  { run }: HeldRun,
): Promise<FoundFiles> {
  const all = await run.step(
    "discover files",
    () => filesToLoad(context, files, selection?.sources),
    (found) => ({ files: found.files.length, ...countOf(found.refused) }),
  );
  const other = all.files.find(({ source }) => source !== "transactions");
  if (range === undefined || files.length === 0 || other === undefined) return all;
  throw new TillhouseError(
    "usage_invalid",
    `${other.path} holds ${other.source}, and a range is of transactions: leave that --file out, or the range`,
  );
}

async function loadAll(
  context: JobContext,
  options: IngestOptions,
  held: HeldRun,
  { files, refused }: FoundFiles,
  settings: SettingsOfRun,
  memory: RunMemory,
  loaders: Loaders,
  started: number,
): Promise<IngestReport> {
  const { run } = held;
  const loaded = await loadFiles(context, options, files, held, settings, memory, loaders);
  if (options.dryRun !== true) await refreshStatisticsAfter(loaded, context, held);
  const [firstRefused] = refused;
  const refusalOfRun = firstRefused === undefined ? undefined : fileRefused(firstRefused);
  const done = { files: loaded.files, refused, failure: loaded.failure ?? refusalOfRun };
  const selected = await rebuildAfter(done.failure, options, held, loaders);
  const report = await reportOf(run.runId, done, context, started).catch((problem: unknown) => {
    throw loaded.failure ?? problem;
  });
  return { ...report, ...selected };
}

/** Rollups that are selected besides files are rebuilt once all of these are loaded. */
async function rebuildAfter(
  failure: unknown,
  { selection }: IngestOptions,
  held: HeldRun,
  { session }: Loaders,
): Promise<Pick<IngestReport, "selection" | "rebuilt">> {
  if (selection === undefined) return {};
  if (failure !== undefined) return { selection };
  const rebuilt = await rebuildInRun(held, selection.rollups, (work) => work(session));
  return { selection, rebuilt };
}

/** Refreshes the statistics after a load that changed much; that this fails is only told. */
export async function refreshStatisticsAfter(
  loaded: Pick<LoadedSources, "files" | "resolved" | "failure">,
  { database, logger, stopping }: JobContext,
  { run }: HeldRun,
): Promise<void> {
  const read = loaded.files.reduce((sum, file) => addOutcomes(sum, file.outcomes), NO_OUTCOMES);
  const changed = read.loaded + read.corrected + loaded.resolved;
  if (changed === 0 || stopping.aborted || passesSoon(loaded.failure)) return;
  // What is loaded stands without it; the server's own autovacuum does the same a little later.
  await run
    .step("refresh statistics", () => refreshStatistics(database.pool, changed))
    .catch((error: unknown) => {
      logger.warn("statistics could not be refreshed", { error: publicMessage(error) });
    });
}

/** Gives `work` a connection of its own, and threads with theirs for large files. */
function withLoaders<T>(
  context: JobContext,
  settings: SettingsOfRun,
  work: (loaders: Loaders) => Promise<T>,
): Promise<T> {
  const { breakingOff, config, database, startThread } = context;
  return withRunSession(context, async (session) => {
    let threads: LoaderThreads | undefined;
    const breakOff = (): void => {
      threads?.abandon();
    };
    const make = async (): Promise<(bytes: number) => LoaderPool> => {
      const run = await withRecordChecks(settings, config);
      const here = loaderPool(() => localChunkLoader(session, run), 1);
      const others = loaderThreads({ database: database.entry, run }, config.workers, startThread);
      threads = others;
      return (bytes) => (bytes < WORTH_THREADS_BYTES ? here : others.pool);
    };
    let made: ReturnType<typeof make> | undefined;
    breakingOff.addEventListener("abort", breakOff);
    try {
      return await work({ session, loadersFor: async (bytes) => (await (made ??= make()))(bytes) });
    } finally {
      breakingOff.removeEventListener("abort", breakOff);
      await threads?.close();
    }
  });
}

/** A smaller file is loaded before a thread has started. */
const WORTH_THREADS_BYTES = 4 << 20;

/** Nothing refused is nothing to count. */
export function countOf(refused: readonly RefusedFile[]): { refused?: number } {
  return refused.length === 0 ? {} : { refused: refused.length };
}
