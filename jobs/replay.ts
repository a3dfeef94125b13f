import { sqlFile } from "../src/database/sqlFile.ts";
import { cardTokenKey, completeRotation } from "../src/ingestion/cardTokenKey.ts";
import type { LoadContext } from "../src/ingestion/loadContext.ts";
import { LOADINGS } from "../src/ingestion/loadings.ts";
import { replayFile, type ReplayedFile } from "../src/ingestion/replay/replayFile.ts";
import { resolveWaiting, type ResolveContext } from "../src/ingestion/resolveWaiting.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import { UsualLoads } from "../src/runs/usualLoads.ts";
import { isUnreadable } from "../src/sources/carriers/openText.ts";
import { SOURCES, type SourceName } from "../src/sources/contracts.ts";
import { placeOf, type DiscoveredFile } from "../src/sources/discoverFiles.ts";
import { WAITING_REASON_OF, type Reason } from "../src/sources/reasons.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";
import { REPLAY } from "./jobNames.ts";
import { loadingRules, type RunMemory } from "./loadFiles.ts";
import { forgetOldChanges, onOneConnection, rememberedFiles, settingsOf } from "./loadingRun.ts";
import { asFileError } from "./loadSources.ts";
import { openByReason, reasonsOf, type OpenByReason, type ReplayedReason } from "./replayedReasons.ts";
import { withRunSession } from "./runSession.ts";

const rejectedLines = sqlFile(new URL("./rejectedLines.sql", import.meta.url));

/** Records of a file that could not be tried: the file is gone, or is not what it was. */
export interface UnreadRecords {
  readonly source: SourceName;
  readonly path: string;
  /** Why, as a clause. */
  readonly why: string;
  /** Physical lines, from 1, ascending. */
  readonly lines: readonly number[];
}

/** What trying the quarantine again came to. */
export interface ReplayReport {
  readonly runId: number;
  /** Each reason that records were open for before, or are now. */
  readonly reasons: readonly ReplayedReason[];
  readonly notRead: readonly UnreadRecords[];
  readonly durationMs: number;
}

/**
 * Tries the open records of the quarantine again, or those of some reasons: what waits for a store or a device from what is
 * kept of it; what could not be read from its file, where that still begins with what was read of it. Each counts as
 * if it had been read when its file was.
 *
 * @throws TillhouseError `run_locked`, `card_token_key_mismatch`, `run_stopped`, `run_lock_lost`
 */
export async function replay(context: JobContext, reasons: readonly Reason[]): Promise<ReplayReport> {
  const { clock, config, database } = context;
  const started = clock.monotonicMs();
  const doneOf = rememberedFiles();
  let before: OpenByReason | undefined;
  let usualLoads: UsualLoads | undefined;
  return asRun(REPLAY, { reasons }, context, async (held) => {
    const { runId } = held.run;
    before ??= await openByReason(database.pool);
    await completeRotation(config, database.pool);
    const settings = await settingsOf(context, held, await cardTokenKey(config, database.pool));
    const memory: RunMemory = { doneOf, usualLoads: (usualLoads ??= new UsualLoads(runId)) };
    const notRead = await withRunSession(
      context,
      async (session) => {
        // Most records of a file are passed over: that takes no other thread.
        const loaders = onOneConnection(session, settings, config);
        const load = await loadingRules(context, { files: [] }, held, settings, memory, loaders);
        return replayAll(context, held, load, reasons);
      },
      "Stopped in the middle; what was committed stands. Replay again for the rest: npm run replay",
    );
    await forgetOldChanges(context, runId);
    const done = { reasons: await reasonsOf(database.pool, runId, before), notRead };
    return { runId, ...done, durationMs: clock.monotonicMs() - started, failure: undefined };
  });
}

/** Source by source, so that what a record waits for is there before it is tried. */
async function replayAll(
  context: JobContext,
  { run }: HeldRun,
  load: LoadContext & ResolveContext,
  reasons: readonly Reason[],
): Promise<readonly UnreadRecords[]> {
  const files = await run.step(
    "find rejected records",
    () => filesToReplay(context, reasons),
    (found) => ({ files: found.length, records: found.reduce((sum, { lines }) => sum + lines.length, 0) }),
  );
  const notRead: UnreadRecords[] = [];
  for (const source of SOURCES) {
    const waitsFor = WAITING_REASON_OF[source];
    if (waitsFor !== undefined && (reasons.length === 0 || reasons.includes(waitsFor))) {
      await run.step(
        `resolve waiting ${source}`,
        () => resolveWaiting(LOADINGS[source], load, context.stopping, { isReplay: true }),
        (resolved) => ({ resolved }),
      );
    }
    for (const found of files.filter(({ file }) => file.source === source)) {
      const { path } = found.file;
      if (context.stopping.aborted)
        throw new TillhouseError("run_stopped", `Stopped before ${path}; what was committed stands.`);
      const { notRead: lines, why } = await run.step(
        `read ${path} again`,
        () => replayOne(found, context, load),
        (replayed) => ({ records: found.lines.length, not_read: replayed.notRead.length }),
      );
      if (why === null) continue;
      notRead.push({ source, path, why, lines });
      context.logger.warn(`${path}: ${lines.length} rejected records are not read again: ${why}`);
    }
  }
  return notRead;
}

interface FileToReplay {
  readonly file: DiscoveredFile;
  readonly fileId: number;
  /** Other bytes have been loaded from its path since. */
  readonly isReplaced: boolean;
  readonly lines: readonly number[];
}

interface RejectedRow extends Record<string, unknown> {
  readonly file_id: number;
  readonly source: SourceName;
  readonly path: string;
  readonly is_replaced: boolean;
  readonly lines: readonly string[];
}

async function filesToReplay(
  { config, database }: JobContext,
  reasons: readonly Reason[],
): Promise<readonly FileToReplay[]> {
  const { rows } = await rejectedLines.run<RejectedRow>(database.pool, { reasons });
  return rows.map((row) => ({
    file: { ...placeOf(config.dataDir, row.path), source: row.source },
    fileId: row.file_id,
    isReplaced: row.is_replaced,
    lines: row.lines.map(Number),
  }));
}

async function replayOne(
  { file, fileId, isReplaced, lines }: FileToReplay,
  { breakingOff }: JobContext,
  load: LoadContext,
): Promise<ReplayedFile> {
  if (isReplaced) return { notRead: lines, why: "another file has taken its place" };
  try {
    return await replayFile(file, fileId, lines, load);
  } catch (error) {
    const failure = asFileError(error, file, () => breakingOff.aborted);
    if (!isUnreadable(failure)) throw failure;
    return { notRead: lines, why: `it cannot be read: ${String(failure.details["reason"])}` };
  }
}
