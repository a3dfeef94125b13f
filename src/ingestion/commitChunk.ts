import type { Client } from "pg";
import { isConflict } from "../database/databaseErrors.ts";
import { endTransaction, withTransaction } from "../database/pool.ts";
import { sqlFile, type Parameters } from "../database/sqlFile.ts";
import { checkFence } from "../runs/fence.ts";
import { outcomeColumns, type Outcomes } from "../runs/outcomes.ts";
import { recordWarnings, type WarningCounts } from "../sources/reasons.ts";
import type { DoneAhead } from "./aheadOfTurn.ts";
import type { FileOpening } from "./fileOpening.ts";
import { apply, judge, NOTHING_JUDGED, withFresh, type Judgement } from "./judgement.ts";
import { advance } from "./ledger/advance.ts";
import { keepChecked, refuseFailed } from "./checkedRecords.ts";
import type { PreparedChunk } from "./prepareChunk.ts";
import type { CheckedRecords } from "./recordTally.ts";
import { Overtaken, type RecordBatch } from "./recordBatch.ts";
import { checkRejectRatio, type FileSoFar } from "./rejectLimit.ts";
import { sendCopy } from "./sendCopy.ts";
import type { SourceLoading } from "./sourceLoading.ts";

const ledger = (name: string) => sqlFile(new URL(`./ledger/${name}.sql`, import.meta.url));
const insertRange = ledger("insertRange");
const advanceFile = ledger("advanceFile");
const noteUnterminated = ledger("noteUnterminated");
const countInRange = ledger("countInRange");
const closeReread = ledger("closeReread");
const advanceRunFile = ledger("advanceRunFile");
const createRejectStaging = sqlFile(new URL("./quarantine/createStaging.sql", import.meta.url));
const closeReadAgain = sqlFile(new URL("./quarantine/closeReadAgain.sql", import.meta.url));
const insertRejects = sqlFile(new URL("./quarantine/insertRejects.sql", import.meta.url));

/** For `staged_rejects`. */
export const COPY_REJECTS =
  "COPY staged_rejects (source_line, reason, column_name, natural_key, fields) FROM STDIN";

/** What every chunk of a run needs. */
export interface CommitContext extends RunContext {
  readonly client: Client;
}

/** What a run works by. */
export interface RunContext {
  readonly runId: number;
  readonly fencingToken: bigint;
  readonly maxRejectRatio: number;
  readonly now: () => Date;
}

/** How the file stands that a chunk is of. */
export interface FileStanding {
  /** Of the file's text up to the chunk's end, keyed: what the ledger keeps of it. */
  readonly digest: string;
  readonly soFar: FileSoFar;
  /** Lines of the file after so many were read before, while they were unterminated; null where none were. */
  readonly rereadAfterLine: bigint | null;
}

/** The file that a chunk is of. */
export type ChunkFile = FileStanding & OpenedFile;
type OpenedFile = Pick<FileOpening, "fileId" | "statedAt" | "reread">;

/** What a committed chunk did, and how its file stands with it. */
export interface CommittedChunk {
  readonly outcomes: Outcomes;
  /** Records that were read and not asked for; none of `outcomes`. */
  readonly outOfRange: number;
  readonly warnings: WarningCounts;
  /** What came of the checks of its records. */
  readonly checked: readonly CheckedRecords[];
  readonly fileSoFar: FileSoFar;
}

/**
 * Commits one chunk, whose accepted records are in the batch, with all its effects (star, rollups, quarantine, ledger,
 * watermark, sums of the run) or none of them.
 *
 * @param ahead what the transaction has begun with, if it has
 * @throws TillhouseError `check_failed`, `too_many_rejects`, `run_lock_lost`
 */
export async function commitChunk(
  loading: SourceLoading,
  chunk: PreparedChunk,
  batch: RecordBatch,
  file: ChunkFile,
  context: CommitContext,
  ahead: DoneAhead | null,
): Promise<CommittedChunk> {
  const { client, runId } = context;
  const parameters = chunkParameters(loading, chunk, file, runId);

  const commit = async (done: DoneAhead | null): Promise<CommittedChunk> => {
    await checkFence(client, context.fencingToken);
    refuseFailed(file.soFar.path, chunk);
    const { staged, fresh } = await batch.arrive(client, runId);
    const { judgement: judged, written } = done?.judged ?? {
      judgement: staged === 0 ? NOTHING_JUDGED : await judge(client, loading, parameters),
      written: null,
    };
    const judgement = withFresh(judged, fresh);
    const fileSoFar = checkRejectRatio(file.soFar, chunk, judgement, context.maxRejectRatio);
    await apply(client, loading, judgement, parameters, fresh, written);
    if (file.rereadAfterLine !== null)
      await closeReread.run(client, { file_id: file.fileId, lines_before: String(file.rereadAfterLine) });
    await quarantine(client, loading, chunk, judgement, parameters);
    const outcomes = outcomesOf(chunk, judgement);
    await advanceLedger(loading, chunk, file, outcomes, judgement, context);
    const { checked, outOfRange, warnings } = chunk;
    if (chunk.recordsRead > 0) await keepChecked(client, checked, keptOf(file, context));
    return { outcomes, outOfRange, warnings, checked, fileSoFar };
  };
  if (ahead !== null) {
    try {
      return await endTransaction(client, () => commit(ahead));
    } catch (error) {
      if (!(error instanceof Overtaken) && !isConflict(error)) throw error;
      batch.ahead?.forget();
    }
  }
  return withTransaction(client, () => commit(null));
}

/** How what came of the checks of a chunk that commits is kept. */
export const keptOf = ({ soFar: { path } }: ChunkFile, { runId, now }: CommitContext) =>
  ({ path, runId, now: now(), kept: "committed" }) as const;

/** What the statements of a chunk go by. */
export function chunkParameters(
  { contract: { source } }: SourceLoading,
  chunk: Pick<PreparedChunk, "unterminated" | "firstLine" | "lastLine">,
  file: OpenedFile,
  runId: number,
) {
  return {
    source,
    run_id: runId,
    file_id: file.fileId,
    stated_at: file.statedAt,
    is_unterminated: chunk.unterminated,
    is_backfill: file.reread?.kind === "backfill",
    first_line: chunk.firstLine,
    last_line: chunk.lastLine,
  };
}

async function quarantine(
  client: Client,
  loading: SourceLoading,
  chunk: PreparedChunk,
  judgement: Judgement,
  parameters: Parameters,
): Promise<void> {
  if (chunk.rejected.length > 0) {
    await createRejectStaging.run(client);
    await sendCopy(client, COPY_REJECTS, chunk.rejected);
    await insertRejects.run(client, parameters);
  }
  if (judgement.refused.length > 0) await loading.waiting?.quarantine.run(client, parameters);
  if (chunk.rejected.length + judgement.refused.length > 0) await closeReadAgain.run(client, parameters);
}

function outcomesOf(chunk: PreparedChunk, judgement: Judgement): Outcomes {
  const rejected = [...chunk.rejects, ...judgement.refused].reduce((sum, { records }) => sum + records, 0);
  return {
    recordsRead: chunk.recordsRead,
    loaded: judgement.loaded,
    alreadyPresent: judgement.alreadyPresent,
    corrected: judgement.corrected,
    superseded: judgement.superseded,
    rejected,
    warnings: recordWarnings(chunk.warnings),
  };
}

async function advanceLedger(
  { contract: { source }, noteStated }: SourceLoading,
  chunk: PreparedChunk,
  { fileId, digest, statedAt, reread }: ChunkFile,
  outcomes: Outcomes,
  judgement: Judgement,
  { client, runId, now }: CommitContext,
): Promise<void> {
  const watermark = source === "transactions" ? judgement.highestKey : null;
  const values = {
    ...outcomeColumns(outcomes),
    applied_cents: judgement.appliedCents,
    run_id: runId,
    file_id: fileId,
    source,
    start_byte: chunk.startByte,
    end_byte: chunk.endByte,
    first_line: chunk.firstLine,
    last_line: chunk.lastLine,
    digest,
    highest_transaction_id: watermark,
    stated_at: statedAt,
    is_unterminated: chunk.unterminated,
    now: now().toISOString(),
  };
  if (reread === undefined) {
    const { rowCount } = await (chunk.unterminated ? noteUnterminated : advanceFile).run(client, values);
    if (rowCount !== 1) throw new Error(`the checkpoint of file ${fileId} is not at byte ${chunk.startByte}`);
    await (chunk.unterminated ? countInRange : insertRange).run(client, values);
    if (judgement.stated > 0) {
      // Noting looks for lines that were rejected.
      await createRejectStaging.run(client);
      await noteStated.run(client, values);
    }
  }
  await advanceRunFile.run(client, values);
  const { appliedCents, highestKey } = judgement;
  const bytesRead = chunk.endByte - chunk.startByte;
  await advance(client, {
    ...{ source, runId, outcomes, appliedCents, resolved: 0, bytesRead, highestKey },
    now: now(),
  });
}
