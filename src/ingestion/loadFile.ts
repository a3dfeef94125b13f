import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { asDatabaseError } from "../database/databaseErrors.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import { TillhouseError, type ErrorCode } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { publicMessage } from "../lib/publicError.ts";
import type { FileLedger, LedgerFile } from "../runs/fileLedger.ts";
import type { Outcomes } from "../runs/outcomes.ts";
import type { UsualLoads } from "../runs/usualLoads.ts";
import { CONTRACTS } from "../sources/contracts.ts";
import { openDataFile } from "../sources/dataFile.ts";
import type { DiscoveredFile } from "../sources/discoverFiles.ts";
import { shownNames } from "../sources/header.ts";
import type { RecordRange } from "../sources/recordRange.ts";
import { WAITING_REASONS, WARNINGS, type Warning, type WarningCounts } from "../sources/reasons.ts";
import { undefinedWhenGone } from "../sources/settle.ts";
import type { ChunkLoader } from "./chunkLoader.ts";
import type { RunContext } from "./commitChunk.ts";
import type { DoneOfFile } from "./doneOfFile.ts";
import { frameChunks, type ChunkPart, type FramedChunk } from "./frameChunks.ts";
import { loadInOrder } from "./loadInOrder.ts";
import { LOADINGS } from "./loadings.ts";
import type { LoaderPool } from "./loaderPool.ts";
import { openSourceFile, trustworthyIdentity, type ReadableFile } from "./openSourceFile.ts";
import { PrefixWatch } from "./prefixWatch.ts";
import type { Progress } from "./progress.ts";
import type { Reread } from "./reread.ts";
import { endsWithPart, textOfPart, type FileToLoad } from "./refresh/filePart.ts";
import { statedAtOf } from "./statedAt.ts";
import { isResumed, volumeNote } from "./volumeOfLoad.ts";

const countRejectedSql = sqlFile(new URL("./quarantine/countRejected.sql", import.meta.url));

/** What loading needs besides the file. */
export interface LoadContext extends RunContext {
  readonly pool: pg.Pool;
  readonly ledger: FileLedger;
  readonly logger: Logger;
  /** The loaders for a file of which so many bytes are to be read. */
  readonly loadersFor: (bytes: number) => LoaderPool;
  readonly maxRecordBytes: number;
  readonly chunkRecords: number;
  /** How long a file that changed while it was read is left to whoever writes it, before it is opened again. */
  readonly reopenAfterMs: number;
  /** Aborted: the chunk in hand is finished, then the run stops. */
  readonly signal: AbortSignal;
  /** What the run has committed of the file at a path, as far as it was told; added to here. */
  readonly doneOf: (path: string) => DoneOfFile;
  /** The moment that the records of the file at a path are of; null where its mtime has to do. */
  readonly snapshotOf: (path: string) => Date | null;
  /** What is usual for a file of each source; added to here. */
  readonly usualLoads: UsualLoads;
  /** The transactions to take, of files that are read from their start, whatever was read of them before. Absent: what is new. */
  readonly range?: RecordRange | undefined;
  /** Told after each committed chunk. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

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
 * read, checked and copied ahead. A chunk is committed only if the file still begins as it was read; where it does not,
 * the file is opened again, and read from its checkpoint or from its start, as in a run of its own.
 *
 * @throws TillhouseError `file_refused`, `file_changed`, `too_many_rejects`, `run_stopped`, `run_lock_lost`,
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
    const opened = await openSourceFile(
      handle,
      file,
      CONTRACTS[file.source],
      context.ledger,
      openedAt,
      context.snapshotOf(file.path),
      reread !== undefined,
    );
    if ("unchanged" in opened) return "unchanged";
    if (isResumed(opened)) await context.usualLoads.recall(context.pool, file.source);
    const watch = new PrefixWatch({ ...opened, handle, openedAt }, context.now);
    const read = opened.nothingNew ? null : await loadChunks(file, watch, opened, reread, context, done);
    if (reread !== undefined || !endsWithPart(file, opened.identity)) return "loaded";
    const identity = await trustworthyIdentity(handle, opened.identity, openedAt);
    const { atEnd } = read === null ? {} : LOADINGS[file.source];
    await context.ledger.complete(opened.ledger.fileId, identity, atEnd);
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

/**
 * Loads the chunks of an open file, as far as they are asked for.
 *
 * @returns records of the chunks that were committed; null where none was
 */
export async function loadChunks(
  file: FileToLoad,
  watch: PrefixWatch,
  opened: ReadableFile,
  reread: Reread | undefined,
  context: LoadContext,
  done: DoneOfFile,
): Promise<number | null> {
  const { ledger, startByte, readFrom, columns } = opened;
  if (startByte === 0 && columns.extra.length > 0 && !done.hasNamedColumns) {
    done.hasNamedColumns = true;
    context.logger.warn("columns that the contract does not know are not read", {
      file: file.path,
      columns: shownNames(columns.extra),
    });
  }
  const framed = frameChunks(textOfPart(file, watch.text(readFrom), readFrom), {
    ...opened,
    naturalKey: CONTRACTS[file.source].naturalKey,
    maxRecordBytes: context.maxRecordBytes,
    chunkRecords: context.chunkRecords,
    chunkEnds: file.part?.chunkEnds,
  });
  const chunks = reread?.kind === "replay" ? upToLine(framed, reread.lastLine) : framed;
  const { fileId } = ledger;
  const statedAt = file.part?.statedAt ?? (await statedAtOf(opened, context.ledger, context.now()));
  const { delimiter } = opened.dialect;
  let soFar = {
    path: file.path,
    recordsRead: startByte === 0 ? 0 : Number(ledger.recordsRead),
    rejected: startByte === 0 ? 0 : await countRejected(context.pool, ledger),
  };
  // The first chunk begins with what is read again; after it, all of that is closed.
  let { rereadAfterLine } = opened;
  let read: number | null = null;
  const commit = async (loader: ChunkLoader, chunk: FramedChunk): Promise<void> => {
    if (context.signal.aborted) throw stopped(file.path);
    const compared = await watch.compare(chunk);
    if (compared === "changed") throw changed(file.path);
    if (chunk.endByte <= done.rereadBytes) {
      await loader.letGo();
      return;
    }
    if (compared === "goes on" && chunk.unterminated) {
      // Where the file seemed to end it does not, so this is no record. The next run reads it with what follows.
      await loader.letGo();
      return;
    }
    await context.usualLoads.recall(context.pool, file.source);
    const digest = context.ledger.key.digestOf(chunk.sha256);
    const committed = await loader.commit(
      { fileId, digest, soFar, statedAt, rereadAfterLine, reread: reread?.kind ?? null },
      context.now(),
    );
    rereadAfterLine = null;
    if (reread !== undefined) done.rereadBytes = chunk.endByte;
    done.add(committed);
    read = (read ?? 0) + committed.outcomes.recordsRead;
    soFar = committed.fileSoFar;
    context.onProgress?.({
      path: file.path,
      committedBytes: bytesInFile(chunk.endByte, opened),
      sizeBytes: Number(opened.identity.sizeBytes),
      records: done.outcomes.recordsRead,
    });
    context.logger.debug("chunk committed", {
      file: file.path,
      lines: `${chunk.firstLine}-${chunk.lastLine}`,
    });
  };
  try {
    const pool = context.loadersFor(Number(opened.identity.sizeBytes) - bytesInFile(readFrom, opened));
    await loadInOrder(chunks, { source: file.source, fileId, delimiter, columns, reread }, pool, commit);
    return read;
  } catch (error) {
    if (hasChanged(error)) done.rereadBytes = 0;
    // How the file stands for the loads of what is new is for these to say.
    else if (reread === undefined) await noteFailure(error, fileId, context);
    throw error;
  }
}

/** No more chunks than lead up to a line. */
async function* upToLine(parts: AsyncIterable<ChunkPart>, line: number): AsyncGenerator<ChunkPart> {
  for await (const part of parts) {
    yield part;
    if (part.chunk !== null && part.chunk.lastLine >= line) return;
  }
}

/** How far a position in the text is in the file, for a display: a character of UTF-16 has mostly two bytes there. */
function bytesInFile(textBytes: number, { encoding, identity }: ReadableFile): number {
  return encoding === "utf-8" ? textBytes : Math.min(2 * textBytes, Number(identity.sizeBytes));
}

/** Rejected records of a file up to its checkpoint, those left out that only wait. */
async function countRejected(pool: pg.Pool, { fileId, committedLines }: LedgerFile): Promise<number> {
  const counted = await countRejectedSql.run<{ records: string }>(pool, {
    file_id: fileId,
    committed_lines: committedLines,
    waiting_reasons: [...WAITING_REASONS],
  });
  return Number(onlyRow(counted).records);
}

function stopped(path: string): TillhouseError {
  return new TillhouseError(
    "run_stopped",
    `${path}: stopped between two chunks; the next run goes on from there.`,
    { path },
  );
}

function changed(path: string): TillhouseError {
  return new TillhouseError(
    "file_changed",
    `${path}: changed while it was read: it no longer begins with what was read of it. What was committed of it stands; the next run reads it anew.`,
    { path },
  );
}

const isOfEmptyFile = (error: unknown): boolean =>
  error instanceof TillhouseError && error.code === "file_refused" && error.details["isEmpty"] === true;

const hasChanged = (error: unknown): error is TillhouseError =>
  error instanceof TillhouseError && error.code === "file_changed";

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

/**
 * After a connection broke, what was in hand on it may hold the file's row in the ledger until its session has been ended,
 * as the next attempt does.
 */
const NO_FAULT_OF_THE_FILE: ReadonlySet<ErrorCode> = new Set([
  "run_stopped",
  "run_lock_lost",
  "database_connection_lost",
]);

async function noteFailure(error: unknown, fileId: number, { ledger, logger }: LoadContext): Promise<void> {
  const failure = asDatabaseError(error);
  if (failure instanceof TillhouseError && NO_FAULT_OF_THE_FILE.has(failure.code)) return;
  await ledger.fail(fileId, publicMessage(error)).catch((problem: unknown) => {
    logger.debug("a file's failure could not be noted", { problem: publicMessage(problem) });
  });
}
