import { open, type FileHandle } from "node:fs/promises";
import type pg from "pg";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import type { FileLedger, LedgerFile } from "../runs/fileLedger.ts";
import { addOutcomes, NO_OUTCOMES, type Outcomes } from "../runs/outcomes.ts";
import { CONTRACTS } from "../sources/contracts.ts";
import type { DiscoveredFile } from "../sources/discoverFiles.ts";
import { fileText } from "../sources/fileText.ts";
import { shownNames } from "../sources/header.ts";
import { WAITING_REASONS, WARNINGS, type Warning, type WarningCounts } from "../sources/reasons.ts";
import { undefinedWhenGone } from "../sources/settle.ts";
import type { ChunkLoader } from "./chunkLoader.ts";
import type { RunContext } from "./commitChunk.ts";
import { frameChunks, type FramedChunk } from "./frameChunks.ts";
import { loadInOrder } from "./loadInOrder.ts";
import type { LoaderPool } from "./loaderPool.ts";
import { openSourceFile, trustworthyIdentity, type ReadableFile } from "./openSourceFile.ts";
import type { Progress } from "./progress.ts";
import { publicMessage } from "../lib/publicError.ts";

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
  /** Aborted: the chunk in hand is finished, then the run stops. */
  readonly signal: AbortSignal;
  /** Told after each committed chunk. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a run did with a file. */
export interface LoadedFile {
  readonly path: string;
  /** `unchanged`: not read, since nothing about it has changed, or since it is gone. */
  readonly status: "loaded" | "unchanged";
  readonly outcomes: Outcomes;
  /** What `outcomes.warnings` is the sum of. */
  readonly warningsByKind: WarningCounts;
}

/**
 * Loads what is new of one file, chunk by chunk, each a transaction. While PostgreSQL works on one chunk, others are
 * read, checked and copied ahead.
 *
 * @throws TillhouseError `file_refused`, `too_many_rejects`, `run_stopped`, `run_lock_lost`, `loader_thread_died`;
 *   committed chunks stand
 */
export async function loadFile(file: DiscoveredFile, context: LoadContext): Promise<LoadedFile> {
  const unread = { path: file.path, status: "unchanged", outcomes: NO_OUTCOMES, warningsByKind: {} } as const;
  const handle = await open(file.absolutePath, "r").catch(undefinedWhenGone);
  if (handle === undefined) {
    context.logger.warn("the file is gone since it was found", { file: file.path });
    return unread;
  }
  try {
    const openedAt = context.now();
    const opened = await openSourceFile(handle, file, CONTRACTS[file.source], context.ledger, openedAt);
    if ("unchanged" in opened) return unread;
    const loaded = opened.nothingNew ? unread : await loadChunks(file, handle, opened, context);
    const identity = await trustworthyIdentity(handle, opened.identity, openedAt);
    await context.ledger.complete(opened.ledger.fileId, identity);
    return { ...loaded, path: file.path, status: "loaded" };
  } finally {
    await handle.close();
  }
}

async function loadChunks(
  file: DiscoveredFile,
  handle: FileHandle,
  opened: ReadableFile,
  context: LoadContext,
): Promise<Pick<LoadedFile, "outcomes" | "warningsByKind">> {
  const { ledger, startByte, readFrom, columns } = opened;
  if (startByte === 0 && columns.extra.length > 0) {
    context.logger.warn("columns that the contract does not know are not read", {
      file: file.path,
      columns: shownNames(columns.extra),
    });
  }
  const chunks = frameChunks(fileText(handle, opened.encoding, readFrom), {
    ...opened,
    naturalKey: CONTRACTS[file.source].naturalKey,
    maxRecordBytes: context.maxRecordBytes,
    chunkRecords: context.chunkRecords,
  });
  const { fileId } = ledger;
  const { delimiter } = opened.dialect;
  let soFar = {
    path: file.path,
    recordsRead: startByte === 0 ? 0 : Number(ledger.recordsRead),
    rejected: startByte === 0 ? 0 : await countRejected(context.pool, ledger),
  };
  // The first chunk begins with what is read again; after it, all of that is closed.
  let { rereadAfterLine } = opened;
  let outcomes = NO_OUTCOMES;
  const warningsByKind: Partial<Record<Warning, number>> = {};
  const commit = async (loader: ChunkLoader, chunk: FramedChunk): Promise<void> => {
    if (context.signal.aborted) throw stopped(file.path);
    const committed = await loader.commit({ fileId, soFar, rereadAfterLine }, context.now());
    rereadAfterLine = null;
    outcomes = addOutcomes(outcomes, committed.outcomes);
    addWarnings(warningsByKind, committed.warnings);
    soFar = committed.fileSoFar;
    context.onProgress?.({
      path: file.path,
      committedBytes: bytesInFile(chunk.endByte, opened),
      sizeBytes: Number(opened.identity.sizeBytes),
      records: outcomes.recordsRead,
    });
    context.logger.debug("chunk committed", {
      file: file.path,
      lines: `${chunk.firstLine}-${chunk.lastLine}`,
    });
  };
  try {
    const pool = context.loadersFor(Number(opened.identity.sizeBytes) - bytesInFile(readFrom, opened));
    await loadInOrder(chunks, { source: file.source, fileId, delimiter, columns }, pool, commit);
  } catch (error) {
    await noteFailure(error, fileId, context);
    throw error;
  } finally {
    for (const [kind, records] of Object.entries(warningsByKind))
      context.logger.warn(`${file.path}: ${records} ${kind}`, { meaning: WARNINGS[kind as Warning] });
  }
  return { outcomes, warningsByKind };
}

function addWarnings(sums: Partial<Record<Warning, number>>, counts: WarningCounts): void {
  for (const [kind, count] of Object.entries(counts) as [Warning, number][]) {
    sums[kind] = (sums[kind] ?? 0) + count;
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

async function noteFailure(error: unknown, fileId: number, { ledger, logger }: LoadContext): Promise<void> {
  if (error instanceof TillhouseError && (error.code === "run_stopped" || error.code === "run_lock_lost"))
    return;
  await ledger.fail(fileId, publicMessage(error)).catch((problem: unknown) => {
    logger.debug("a file's failure could not be noted", { problem: publicMessage(problem) });
  });
}
