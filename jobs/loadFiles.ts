import type { RunSettings } from "../src/ingestion/chunkLoader.ts";
import type { DoneOfFile } from "../src/ingestion/doneOfFile.ts";
import type { LoaderPool } from "../src/ingestion/loaderPool.ts";
import type { LoaderSession } from "../src/ingestion/loaderSession.ts";
import { fileLedger } from "../src/runs/fileLedger.ts";
import { keyLedger } from "../src/runs/keyedLedger.ts";
import { ledgerKey } from "../src/runs/ledgerKey.ts";
import type { UsualLoads } from "../src/runs/usualLoads.ts";
import type { DiscoveredFile } from "../src/sources/discoverFiles.ts";
import { localTimeIn } from "../src/sources/localTime.ts";
import { snapshotDateOf } from "../src/sources/snapshotDate.ts";
import { recordRange } from "./backfillRange.ts";
import type { IngestOptions } from "./ingestOptions.ts";
import type { HeldRun, JobContext } from "./job.ts";
import { loadSources, type LoadedSources, type LoadRules } from "./loadSources.ts";

/** What all chunks of a run have in common, but for the checks of records: those are read when something is to be loaded. */
export type SettingsOfRun = Omit<RunSettings, "recordChecks">;

/** What a run keeps in mind over its attempts. */
export interface RunMemory {
  readonly doneOf: (path: string) => DoneOfFile;
  readonly usualLoads: UsualLoads;
}

/** The connections that a run's chunks are committed on. */
export interface Loaders {
  readonly session: LoaderSession;
  /** The loaders for a file of which so many bytes are to be read. */
  readonly loadersFor: (bytes: number) => Promise<LoaderPool>;
}

/** Loads files of all sources, by the rules of a run and with its connections. */
export async function loadFiles(
  context: JobContext,
  options: IngestOptions,
  files: readonly DiscoveredFile[],
  held: HeldRun,
  settings: SettingsOfRun,
  memory: RunMemory,
  loaders: Loaders,
): Promise<LoadedSources> {
  const load = await loadingRules(context, options, held, settings, memory, loaders);
  return loadSources(load, held.run, files, () => context.breakingOff.aborted);
}

/** What all files of a run are loaded by. */
export async function loadingRules(
  context: JobContext,
  options: Pick<IngestOptions, "files" | "asOf" | "range">,
  { progressed }: HeldRun,
  settings: SettingsOfRun,
  memory: RunMemory,
  loaders: Loaders,
): Promise<LoadRules> {
  const { clock, config, database, logger, stopping } = context;
  const localTime = localTimeIn(config.sourceTimezone);
  const key = await ledgerKey(config);
  await keyLedger(database.pool, settings.fencingToken, key, logger);
  return {
    ...memory,
    ...loaders,
    clock,
    runId: settings.runId,
    fencingToken: settings.fencingToken,
    maxRejectRatio: settings.maxRejectRatio,
    pool: database.pool,
    ledger: fileLedger(database.pool, settings.fencingToken, key),
    logger,
    textLimits: { maxUnpackRatio: config.maxUnpackRatio },
    maxRecordBytes: config.maxRecordBytes,
    chunkRecords: config.chunkRecords,
    schemaPolicies: config.schemaChanges,
    reopenAfterMs: options.files.length > 0 ? 0 : config.settleMs,
    now: () => clock.now(),
    signal: stopping,
    snapshotOf: (path) => options.asOf ?? snapshotDateOf(path, localTime),
    range: options.range && recordRange(options.range, localTime),
    onCommit: progressed,
    onProgress: (progress) => {
      progressed();
      context.onProgress?.(progress);
    },
  };
}
