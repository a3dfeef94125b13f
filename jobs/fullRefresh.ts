import { asDatabaseError } from "../src/database/databaseErrors.ts";
import { isDistributed } from "../src/database/distribution/distributedSessions.ts";
import { openTransaction } from "../src/database/oneTransaction.ts";
import { cardTokenKey, completeRotation } from "../src/ingestion/cardTokenKey.ts";
import type { LoaderSession } from "../src/ingestion/loaderSession.ts";
import { clearWarehouse, completeRefresh, isRebuilt } from "../src/ingestion/refresh/clearWarehouse.ts";
import { rebuildFrom } from "../src/ingestion/refresh/filesAsThen.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import { UsualLoads } from "../src/runs/usualLoads.ts";
import { fileRefused } from "../src/sources/refusedFile.ts";
import { filesToLoad } from "./filesToLoad.ts";
import { countOf, refreshStatisticsAfter } from "./ingest.ts";
import { reportOf, type IngestReport } from "./ingestReport.ts";
import { inOneTransaction, seenFrom } from "./inOneTransaction.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";
import { INGEST } from "./jobNames.ts";
import { loadingRules } from "./loadFiles.ts";
import { loadAsThen } from "./loadAsThen.ts";
import { dropLeftStaging, onOneConnection, rememberedFiles, settingsOf } from "./loadingRun.ts";
import { rejectionsOf } from "./rejections.ts";
import { withRunSession } from "./runSession.ts";

/** What a full refresh is asked for. */
export interface RefreshOptions {
  /** Goes on without what was loaded and is in no file any more. */
  readonly allowMissing: boolean;
  /** Does all of it, reports it and undoes it. */
  readonly dryRun?: boolean | undefined;
}

/**
 * One run that rebuilds the warehouse from its files, as if they were loaded for the first time in the order in which they
 * were loaded, in one transaction: readers see what was there before until it is committed, and wait for nothing. Whatever
 * fails, all is as it was; the run itself is logged. The database is to be opened as its owner: no role may remove facts.
 *
 * @throws TillhouseError `files_missing`, `run_locked`, and whatever stops a file or the run
 */
export async function fullRefresh(context: JobContext, options: RefreshOptions): Promise<IngestReport> {
  const { clock, config, database } = context;
  const { allowMissing } = options;
  const started = clock.monotonicMs();
  const parameters = { files: [], full_refresh: true, ...(allowMissing && { allow_missing: true }) };
  if (options.dryRun === true) {
    return inOneTransaction(INGEST, parameters, context, async ({ session, inside, ...held }) => {
      const report = await rebuild(inside, held, session, allowMissing, started);
      return { ...report, dryRun: { rejections: await rejectionsOf(inside.database.pool, report.runId) } };
    });
  }
  // Kept over attempts: the answer to a COMMIT may be lost.
  let rebuilt: IngestReport | undefined;
  return asRun(INGEST, parameters, context, async (held) => {
    if (rebuilt === undefined || !(await isRebuilt(database.pool, held.run.runId))) {
      await completeRotation(config, database.pool);
      await dropLeftStaging(context);
      await withRunSession(
        context,
        async (session) => {
          const transaction = await openTransaction(await session.connected());
          try {
            const inside = { ...context, database: seenFrom(transaction, database) };
            rebuilt = await rebuild(inside, held, session, allowMissing, started);
            await transaction.commit();
          } finally {
            await transaction.end();
          }
        },
        STOPPED,
      );
    }
    if (rebuilt === undefined) throw new Error("a rebuild ended without a report");
    // A node may not have heard of the commit yet: a loader's session begins when all have.
    if (isDistributed(database.pool))
      await withRunSession(context, (session) => session.connected(), NOT_HEARD);
    await refreshStatisticsAfter(rebuilt, context, held);
    return { ...rebuilt, durationMs: clock.monotonicMs() - started };
  });
}

const STOPPED = "Stopped in the middle of the rebuild, and rolled back: all is as it was.";

const NOT_HEARD = "Stopped when all was rebuilt, while nodes were still to be told so.";

/** The work inside of the transaction, down to what is left to commit. */
async function rebuild(
  inside: JobContext,
  held: HeldRun,
  session: LoaderSession,
  allowMissing: boolean,
  started: number,
): Promise<IngestReport> {
  try {
    return await rebuildAll(inside, held, session, allowMissing, started);
  } catch (error) {
    throw rolledBack(asDatabaseError(error));
  }
}

async function rebuildAll(
  inside: JobContext,
  { run, lock }: HeldRun,
  session: LoaderSession,
  allowMissing: boolean,
  started: number,
): Promise<IngestReport> {
  const { config, database } = inside;
  const client = await session.connected();
  // Nothing is committed on the way: a run that gets on is not to be tried again for ever.
  const held = { run, lock, progressed: () => undefined };
  const settings = await settingsOf(inside, held, await cardTokenKey(config, database.pool));
  const memory = { doneOf: rememberedFiles(), usualLoads: new UsualLoads(run.runId) };
  const loaders = onOneConnection(session, settings, config);
  const rules = await loadingRules(inside, { files: [] }, held, settings, memory, loaders);
  const { key } = rules.ledger;
  const found = await run.step(
    "discover files",
    () => filesToLoad(inside, []),
    ({ files, refused }) => ({ files: files.length, ...countOf(refused) }),
  );
  const [refused] = found.refused;
  if (refused !== undefined) throw fileRefused(refused);
  const from = await run.step(
    "compare files",
    () =>
      rebuildFrom(database.pool, found.files, { dataDir: config.dataDir, key, limits: config, allowMissing }),
    ({ files, asThen, missing }) => ({
      files: files.length,
      as_loaded: asThen.size,
      missing: missing.length,
    }),
  );
  const loaded = await loadAsThen(rules, run, from, {
    clear: () => clearWarehouse(client, lock.fencingToken, [...from.asThen.keys()], key),
    isBrokenOff: () => inside.breakingOff.aborted,
  });
  await run.step("complete refresh", () =>
    completeRefresh(client, lock.fencingToken, run.runId, loaded.again),
  );
  const done = { files: loaded.files, refused: [], failure: undefined };
  const report = await reportOf(run.runId, done, inside, started);
  const missing = [...new Set(from.missing.map(({ path }) => path))];
  return { ...report, fullRefresh: { missing } };
}

/** An error of the work in the transaction: what it says of what it left behind is not so. */
function rolledBack(error: unknown): unknown {
  if (!(error instanceof TillhouseError) || error.code === "files_missing") return error;
  const message =
    error.code === "run_stopped"
      ? STOPPED
      : `The rebuild is rolled back, and all is as it was. It was stopped by this: ${error.message}`;
  return new TillhouseError(error.code, message, error.details, error);
}
