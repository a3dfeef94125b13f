import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { TillhouseError } from "../lib/errors.ts";
import type { Outcomes } from "../runs/outcomes.ts";
import { changesInWords } from "../sources/columnChanges.ts";
import { CONTRACTS } from "../sources/contracts.ts";
import { openDataFile } from "../sources/dataFile.ts";
import type { DiscoveredFile } from "../sources/discoverFiles.ts";
import { WARNINGS, type Warning, type WarningCounts } from "../sources/reasons.ts";
import { undefinedWhenGone } from "../sources/settle.ts";
import type { ChangedColumns } from "./comparedWithLast.ts";
import type { DoneOfFile } from "./doneOfFile.ts";
import { judgeColumns, keepChangesOfRefused } from "./judgeColumns.ts";
import { hasChanged, loadChunks, noteFailure, stopped } from "./loadChunks.ts";
import type { LoadContext } from "./loadContext.ts";
import { LOADINGS } from "./loadings.ts";
import { openSourceFile, trustworthyIdentity } from "./openSourceFile.ts";
import { PrefixWatch } from "./prefixWatch.ts";
import type { Reread } from "./reread.ts";
import { endsWithPart, type FileToLoad } from "./refresh/filePart.ts";
import { isResumed, volumeNote } from "./volumeOfLoad.ts";

/** What a run did with a file. */
export interface LoadedFile {
  readonly path: string;
  /** `unchanged`: not read, since nothing about it has changed, or since it is gone. */
  readonly status: "loaded" | "unchanged";
  readonly outcomes: Outcomes;
  /** What `outcomes.warnings` is the sum of, and warnings of the file itself. */
  readonly warningsByKind: WarningCounts;
}

/** Of one file, in one run. */
const MOST_REOPENINGS = 3;

/**
 * Loads what is new of one file, chunk by chunk, each a transaction. While PostgreSQL works on one chunk, others are
 * read, checked and begun ahead. A chunk is committed only if the file still begins as it was read; where it does not,
 * the file is opened again, and read from its checkpoint or from its start, as in a run of its own.
 *
 * @throws TillhouseError `file_refused`, `file_unreadable`, `schema_changed`, `file_changed`, `check_failed`, `too_many_rejects`,
 *   `run_stopped`, `run_lock_lost`,
 *   `loader_thread_died`; committed chunks stand
 */
export async function loadFile(file: FileToLoad, context: LoadContext): Promise<LoadedFile> {
  const done = context.doneOf(file.path);
  try {
    for (let reopenings = 0; ; reopenings += 1) {
      try {
        const status = await loadOnce(file, context, done);
        return { path: file.path, status, outcomes: done.outcomes, warningsByKind: done.warningsByKind };
      } catch (error) {
        if (isOfEmptyFile(error)) done.note({ kind: "no_records" });
        if (isRefused(error)) await keepChangesOfRefused(file, error, context, done);
        if (!hasChanged(error)) throw error;
        if (context.signal.aborted) throw stopped(file.path);
        if (reopenings === MOST_REOPENINGS || (await isGone(file))) throw await givenUp(error, file, context);
        context.logger.warn("the file changed while it was read; it is opened again", { file: file.path });
        await sleep(context.reopenAfterMs, undefined, { signal: context.signal }).catch(() => undefined);
      }
    }
  } finally {
    for (const [kind, records] of Object.entries(done.warningsByKind))
      context.logger.warn(`${file.path}: ${records} ${kind}`, {
        meaning: WARNINGS[kind as Warning],
        ...(kind === done.volume?.kind && done.volume),
        ...(kind === "schema_changed" && done.changed && inWords(done.changed)),
      });
    for (const { check, records, firstLine } of done.failing.values())
      context.logger.warn(`${file.path}: ${records} records fail the check ${check.name}`, {
        expected: `${check.column}: ${check.expected}`,
        first_line: firstLine,
      });
  }
}

/** Opens a file and loads what is new of it; throws `file_changed` where that is not what the file holds now. */
async function loadOnce(
  file: FileToLoad,
  context: LoadContext,
  done: DoneOfFile,
): Promise<LoadedFile["status"]> {
  const handle = await openDataFile(file).catch(undefinedWhenGone);
  if (handle === undefined) {
    context.logger.warn("the file is gone since it was found", { file: file.path });
    return "unchanged";
  }
  const reread = rereadOf(file, context);
  try {
    const openedAt = context.now();
    const opened = await openSourceFile(handle, file, CONTRACTS[file.source], context.ledger, {
      now: openedAt,
      snapshotAt: context.snapshotOf(file.path),
      isBackfill: reread !== undefined,
      limits: context.textLimits,
      signal: context.signal,
    });
    if ("unchanged" in opened) return "unchanged";
    await judgeColumns(file, opened, context, done);
    if (isResumed(opened)) await context.usualLoads.recall(context.pool, file.source);
    const watch = new PrefixWatch({ ...opened, handle, openedAt }, context.now);
    const read = opened.nothingNew ? null : await loadChunks(file, watch, opened, reread, context, done);
    if (reread !== undefined || !endsWithPart(file, opened.identity)) return "loaded";
    const identity = await trustworthyIdentity(handle, opened.identity, openedAt);
    const { atEnd } = read === null ? {} : LOADINGS[file.source];
    await context.ledger.complete(opened.ledger.fileId, identity, context.now(), atEnd);
    const volume = volumeNote(opened, file.source, read, context.usualLoads);
    if (volume !== undefined) done.note(volume);
    return "loaded";
  } finally {
    await handle.close();
  }
}

/** What is asked for of a file; undefined where it is what is new of it. */
const rereadOf = ({ source }: DiscoveredFile, { range }: LoadContext): Reread | undefined =>
  source === "transactions" && range !== undefined ? { kind: "backfill", range } : undefined;

const isRefused = (error: unknown): error is TillhouseError =>
  error instanceof TillhouseError && error.code === "file_refused";

const isOfEmptyFile = (error: unknown): boolean => isRefused(error) && error.details["isEmpty"] === true;

/** For the log. */
const inWords = ({ comparedWith, changes }: ChangedColumns) => ({
  compared_with: comparedWith,
  changes: changesInWords(changes),
});

async function isGone({ absolutePath }: DiscoveredFile): Promise<boolean> {
  return (await stat(absolutePath).catch(undefinedWhenGone)) === undefined;
}

/** The change of a file that is not opened again, as the ledger has it from now on. */
async function givenUp(
  change: TillhouseError,
  { source, path }: DiscoveredFile,
  context: LoadContext,
): Promise<TillhouseError> {
  const current = await context.ledger.findCurrent(source, path);
  if (current !== null) await noteFailure(change, current.fileId, context);
  return change;
}
