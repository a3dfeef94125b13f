import type pg from "pg";
import { asDatabaseError } from "../database/databaseErrors.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import { TillhouseError } from "../lib/errors.ts";
import { type ErrorCode } from "../lib/knownErrors.ts";
import { publicMessage } from "../lib/publicError.ts";
import type { LedgerFile } from "../runs/fileLedger.ts";
import { isUnreadable } from "../sources/carriers/openText.ts";
import { CONTRACTS } from "../sources/contracts.ts";
import { shownNames } from "../sources/header.ts";
import { WAITING_REASONS } from "../sources/reasons.ts";
import { failedOf, keepChecked } from "./checkedRecords.ts";
import type { ChunkLoader } from "./chunkLoader.ts";
import type { DoneOfFile } from "./doneOfFile.ts";
import { frameChunks, type ChunkPart, type FramedChunk } from "./frameChunks.ts";
import type { LoadContext } from "./loadContext.ts";
import { loadInOrder } from "./loadInOrder.ts";
import type { ReadableFile } from "./openSourceFile.ts";
import type { PrefixWatch } from "./prefixWatch.ts";
import { textOfPart, type FileToLoad } from "./refresh/filePart.ts";
import type { Reread } from "./reread.ts";
import type { CheckedRecords } from "./recordTally.ts";
import { statedAtOf } from "./statedAt.ts";

const countRejectedSql = sqlFile(new URL("./quarantine/countRejected.sql", import.meta.url));

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
    const committed = await loader.commit({ digest, soFar, rereadAfterLine }, context.now());
    rereadAfterLine = null;
    if (reread !== undefined) done.rereadBytes = chunk.endByte;
    done.add(committed);
    read = (read ?? 0) + committed.outcomes.recordsRead;
    soFar = committed.fileSoFar;
    context.onProgress?.({
      path: file.path,
      committedBytes: opened.text.bytesInFile(chunk.endByte),
      sizeBytes: Number(opened.identity.sizeBytes),
      records: done.outcomes.recordsRead,
    });
    context.logger.debug("chunk committed", {
      file: file.path,
      lines: `${chunk.firstLine}-${chunk.lastLine}`,
    });
  };
  try {
    const pool = await context.loadersFor(opened.text.bytesAfter(readFrom));
    await loadInOrder(
      chunks,
      { source: file.source, fileId, delimiter, columns, statedAt, reread },
      pool,
      commit,
    );
    return read;
  } catch (caught) {
    // An archive could be read to its end when it was opened: it is being written to.
    const error = isUnreadable(caught) ? changed(file.path) : caught;
    if (hasChanged(error)) done.rereadBytes = 0;
    // How the file stands for the loads of what is new is for these to say.
    else if (reread === undefined) await noteFailure(error, fileId, context);
    const failed = failedOf(error);
    if (failed.length > 0 && !done.hasKeptFailed) {
      done.hasKeptFailed = true;
      await noteFailedChecks(failed, file.path, context);
    }
    throw error;
  }
}

/** Keeps with the run which checks stopped a file, as far as that can be: their chunk is rolled back, and their counts with it. */
async function noteFailedChecks(
  failed: readonly CheckedRecords[],
  path: string,
  { logger, now, pool, runId }: LoadContext,
): Promise<void> {
  const kept = { path, runId, now: now(), kept: "not loaded" } as const;
  await keepChecked(pool, failed, kept).catch((problem: unknown) => {
    logger.debug("what failed of a file's checks could not be noted", { problem: publicMessage(problem) });
  });
}

/** No more chunks than lead up to a line. */
async function* upToLine(parts: AsyncIterable<ChunkPart>, line: number): AsyncGenerator<ChunkPart> {
  for await (const part of parts) {
    yield part;
    if (part.chunk !== null && part.chunk.lastLine >= line) return;
  }
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

/** The error of a file that is left between two chunks. */
export function stopped(path: string): TillhouseError {
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

/** Whether it is the error of a file that is not what was read of it any more. */
export const hasChanged = (error: unknown): error is TillhouseError =>
  error instanceof TillhouseError && error.code === "file_changed";

/**
 * After a connection broke, what was in hand on it may hold the file's row in the ledger until its session has been ended,
 * as the next attempt does.
 */
const NO_FAULT_OF_THE_FILE: ReadonlySet<ErrorCode> = new Set([
  "config_invalid",
  "run_stopped",
  "run_lock_lost",
  "database_connection_lost",
]);

/** Notes a failure that is the file's own, as far as that can be. */
export async function noteFailure(
  error: unknown,
  fileId: number,
  { ledger, logger }: LoadContext,
): Promise<void> {
  const failure = asDatabaseError(error);
  if (failure instanceof TillhouseError && NO_FAULT_OF_THE_FILE.has(failure.code)) return;
  await ledger.fail(fileId, publicMessage(error)).catch((problem: unknown) => {
    logger.debug("a file's failure could not be noted", { problem: publicMessage(problem) });
  });
}
