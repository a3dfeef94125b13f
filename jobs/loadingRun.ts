import type { Config } from "../src/config/loadConfig.ts";
import type { CardTokenKey } from "../src/ingestion/cardTokenKey.ts";
import { localChunkLoader, type ChunkLoader, type RunSettings } from "../src/ingestion/chunkLoader.ts";
import { DoneOfFile } from "../src/ingestion/doneOfFile.ts";
import { loaderPool, type LoaderPool } from "../src/ingestion/loaderPool.ts";
import { dropOrphanedStaging, type LoaderSession } from "../src/ingestion/loaderSession.ts";
import { forgetChanges } from "../src/ingestion/undo/undoRun.ts";
import { publicMessage } from "../src/lib/publicError.ts";
import { takeFirstKey } from "../src/runs/cardTokenKeys.ts";
import { fingerprintOfKey } from "../src/sources/cards.ts";
import type { HeldRun, JobContext } from "./job.ts";
import type { Loaders, RunMemory, SettingsOfRun } from "./loadFiles.ts";

/** What all chunks of a run have in common. Takes the card token key for its own, if the database has none. */
export async function settingsOf(
  { config, database, clock }: JobContext,
  { run, lock }: HeldRun,
  { bytes, known }: CardTokenKey,
): Promise<SettingsOfRun> {
  const takeFirst = (): Promise<number> => takeFirstKey(database.pool, fingerprintOfKey(bytes), clock.now());
  return {
    runId: run.runId,
    fencingToken: lock.fencingToken,
    cardKeyId: known?.card_key_id ?? (await takeFirst()),
    cardTokenKey: bytes,
    maxRejectRatio: config.maxRejectRatio,
    dateOrder: config.sourceDateOrder,
    timeZone: config.sourceTimezone,
  };
}

/**
 * The same with the checks of records. To be asked for when something is about to be loaded: reading them takes longer than
 * all of a run that finds nothing new.
 *
 * @throws TillhouseError `config_invalid` when what is declared is wrong
 */
export async function withRecordChecks(settings: SettingsOfRun, config: Config): Promise<RunSettings> {
  const { loadChecks, recordChecksOf } = await import("../src/quality/checks/loadChecks.ts");
  return { ...settings, recordChecks: recordChecksOf(await loadChecks(config)) };
}

/** Remembers of each file what the run has committed of it. */
export function rememberedFiles(): RunMemory["doneOf"] {
  const done = new Map<string, DoneOfFile>();
  return (path) => {
    const ofFile = done.get(path) ?? new DoneOfFile();
    done.set(path, ofFile);
    return ofFile;
  };
}

/** Loaders for a run that does all on one connection, of which some do all in one transaction. */
export function onOneConnection(session: LoaderSession, settings: SettingsOfRun, config: Config): Loaders {
  const make = async (): Promise<LoaderPool> => {
    const run = await withRecordChecks(settings, config);
    // Another chunk could not be begun beside the one in hand.
    const only: ChunkLoader = { ...localChunkLoader(session, run), beginAhead: () => Promise.resolve() };
    return loaderPool(() => only, 1);
  };
  let here: Promise<LoaderPool> | undefined;
  return { session, loadersFor: () => (here ??= make()) };
}

/** Before a run loads anything: drops what a killed server left. Empty tables that are in nobody's way; the next run tries again. */
export async function dropLeftStaging({ database, logger }: JobContext): Promise<void> {
  await dropOrphanedStaging.run(database.pool).catch((error: unknown) => {
    logger.warn("left-over staging could not be dropped", { error: publicMessage(error) });
  });
}

/**
 * At the end of a run: drops what rows were before runs that are older than those to keep it of. It is in nobody's way; the
 * next run tries again.
 */
export async function forgetOldChanges(
  { config, database, logger }: JobContext,
  runId: number,
): Promise<void> {
  await forgetChanges(database.pool, runId, config.undoRuns).catch((error: unknown) => {
    logger.warn("what rows were before old runs could not be dropped", { error: publicMessage(error) });
  });
}
