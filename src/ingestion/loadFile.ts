import { open, type FileHandle } from "node:fs/promises";
import type { PrismaClient } from "../database/generated/client.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { completeFile, failFile } from "../runs/fileLedger.ts";
import { addOutcomes, NO_OUTCOMES, type Outcomes } from "../runs/outcomes.ts";
import { publicMessage } from "../runs/runLog.ts";
import type { DiscoveredFile } from "../sources/discoverFiles.ts";
import { fileBytes } from "../sources/fileBytes.ts";
import type { ParsingRules } from "../sources/parsing.ts";
import { WAITING_REASONS } from "../sources/reasons.ts";
import { commitChunk, type CommitContext } from "./commitChunk.ts";
import { openSourceFile, trustworthyIdentity, type ReadableFile } from "./openSourceFile.ts";
import { prepareChunks, type PreparedChunk } from "./prepareChunks.ts";
import type { Progress } from "./progress.ts";
import type { SourceLoading } from "./sourceLoading.ts";

/** What loading needs besides the file. */
export interface LoadContext extends CommitContext {
  readonly prisma: PrismaClient;
  readonly logger: Logger;
  readonly parsing: ParsingRules;
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
  /** `unchanged`: not read, since nothing about it has changed. */
  readonly status: "loaded" | "unchanged";
  readonly outcomes: Outcomes;
}

/**
 * Loads what is new of one file, chunk by chunk, each a transaction. While PostgreSQL works on one chunk, the next
 * is read and checked.
 *
 * @throws TillhouseError `file_refused`, `too_many_rejects`, `run_stopped`, `run_lock_lost`; committed chunks stand
 */
export async function loadFile<T>(
  loading: SourceLoading<T>,
  file: DiscoveredFile,
  context: LoadContext,
): Promise<LoadedFile> {
  const handle = await open(file.absolutePath, "r");
  try {
    const opened = await openSourceFile(handle, file, loading.contract, context.prisma, context.now());
    if ("unchanged" in opened) return { path: file.path, status: "unchanged", outcomes: NO_OUTCOMES };
    if (opened.columns.extra.length > 0) {
      context.logger.warn("columns that the contract does not know are not read", {
        file: file.path,
        columns: opened.columns.extra.length,
      });
    }
    const outcomes = await loadChunks(loading, file, handle, opened, context);
    const identity = trustworthyIdentity(opened.identity, context.now());
    await completeFile(context.prisma, opened.ledger.fileId, identity);
    return { path: file.path, status: "loaded", outcomes };
  } finally {
    await handle.close();
  }
}

async function loadChunks<T>(
  loading: SourceLoading<T>,
  file: DiscoveredFile,
  handle: FileHandle,
  opened: ReadableFile,
  context: LoadContext,
): Promise<Outcomes> {
  const { ledger, startByte, readFrom } = opened;
  const chunks = prepareChunks(fileBytes(handle, readFrom), {
    ...opened,
    contract: loading.contract,
    parse: loading.parser(opened.columns, context.parsing),
    copyRow: (record, line) => loading.copyRow(record, line),
    maxRecordBytes: context.maxRecordBytes,
    chunkRecords: context.chunkRecords,
  });
  let soFar = {
    path: file.path,
    recordsRead: startByte === 0 ? 0 : Number(ledger.recordsRead),
    rejected: startByte === 0 ? 0 : await countRejected(context.prisma, ledger.fileId),
  };
  let outcomes = NO_OUTCOMES;
  try {
    for await (const chunk of oneAhead(chunks)) {
      if (context.signal.aborted) throw stopped(file.path);
      const committed = await commitChunk(loading, chunk, { fileId: ledger.fileId, soFar }, context);
      outcomes = addOutcomes(outcomes, committed.outcomes);
      soFar = committed.fileSoFar;
      context.onProgress?.({
        path: file.path,
        committedBytes: chunk.endByte,
        sizeBytes: Number(opened.identity.sizeBytes),
        records: outcomes.recordsRead,
      });
      context.logger.debug("chunk committed", {
        file: file.path,
        lines: `${chunk.firstLine}-${chunk.lastLine}`,
      });
    }
  } catch (error) {
    await noteFailure(error, ledger.fileId, context);
    throw error;
  }
  return outcomes;
}

/** Keeps one more chunk under way than is being worked on. */
async function* oneAhead(chunks: AsyncGenerator<PreparedChunk, undefined>): AsyncGenerator<PreparedChunk> {
  let next = chunks.next();
  try {
    for (;;) {
      const step = await next;
      if (step.done === true) return;
      next = chunks.next();
      // Its failure is met at the next await; until then it is no unhandled rejection.
      next.catch(() => undefined);
      yield step.value;
    }
  } finally {
    await next.catch(() => undefined);
    await chunks.return(undefined);
  }
}

/** Rejected records of a file so far, those left out that only wait. */
function countRejected(prisma: PrismaClient, fileId: number): Promise<number> {
  return prisma.quarantinedRecord.count({ where: { fileId, reason: { notIn: [...WAITING_REASONS] } } });
}

function stopped(path: string): TillhouseError {
  return new TillhouseError(
    "run_stopped",
    `${path}: stopped between two chunks; the next run goes on from there.`,
    { path },
  );
}

async function noteFailure(error: unknown, fileId: number, { prisma, logger }: LoadContext): Promise<void> {
  if (error instanceof TillhouseError && (error.code === "run_stopped" || error.code === "run_lock_lost"))
    return;
  await failFile(prisma, fileId, publicMessage(error)).catch((problem: unknown) => {
    logger.debug("a file's failure could not be noted", { problem: publicMessage(problem) });
  });
}
