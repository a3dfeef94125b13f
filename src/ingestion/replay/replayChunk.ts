import type { ClientBase } from "pg";
import { withTransaction } from "../../database/pool.ts";
import { sqlFile, type Parameters } from "../../database/sqlFile.ts";
import { checkFence } from "../../runs/fence.ts";
import { NO_OUTCOMES, outcomeColumns, type Outcomes } from "../../runs/outcomes.ts";
import { recordWarnings } from "../../sources/reasons.ts";
import { keepChecked, refuseFailed } from "../checkedRecords.ts";
import {
  COPY_REJECTS,
  keptOf,
  type ChunkFile,
  type CommitContext,
  type CommittedChunk,
} from "../commitChunk.ts";
import { apply, judge, NOTHING_JUDGED } from "../judgement.ts";
import { advance } from "../ledger/advance.ts";
import type { PreparedChunk } from "../prepareChunk.ts";
import type { RecordBatch } from "../recordBatch.ts";
import { sendCopy } from "../sendCopy.ts";
import type { SourceLoading } from "../sourceLoading.ts";

const shared = (name: string) => sqlFile(new URL(`../${name}.sql`, import.meta.url));
const createRejectStaging = shared("quarantine/createStaging");
const rejectAgain = shared("quarantine/rejectAgain");
const advanceRunFile = shared("ledger/advanceRunFile");

/**
 * Commits a chunk of which only lines were taken that quarantine holds as rejected: each is judged as if it had been read
 * when its file was, and what became of it is noted in quarantine. The file's checkpoint and ranges stay as they are, and
 * as with records that waited none of it counts as read: what loads is the run's `resolved`.
 *
 * @throws TillhouseError `check_failed`, `run_lock_lost`
 */
export function replayChunk(
  loading: SourceLoading,
  chunk: PreparedChunk,
  batch: RecordBatch,
  file: ChunkFile,
  context: CommitContext,
): Promise<CommittedChunk> {
  const { client, fencingToken, now, runId } = context;
  const { source } = loading.contract;
  const values = { source, run_id: runId, file_id: file.fileId, stated_at: file.statedAt };
  const parameters = { ...values, is_unterminated: false, is_backfill: false };
  return withTransaction(client, async () => {
    await checkFence(client, fencingToken);
    refuseFailed(file.soFar.path, chunk);
    const claimed = await claimedOf(loading, batch, client, parameters);
    const judgement = claimed === 0 ? NOTHING_JUDGED : await judge(client, loading, parameters);
    await apply(client, loading, judgement, parameters);
    if (claimed > 0) {
      await loading.waiting?.keep.run(client, parameters);
      await loading.tried.noteStated?.run(client, parameters);
      await loading.tried.close.run(client, parameters);
      await loading.atEnd?.run(client, parameters);
    }
    if (chunk.rejected.length > 0) {
      await createRejectStaging.run(client);
      await sendCopy(client, COPY_REJECTS, chunk.rejected);
      await rejectAgain.run(client, parameters);
    }
    const outcomes: Outcomes = { ...NO_OUTCOMES, warnings: recordWarnings(chunk.warnings) };
    const { startByte: start_byte, endByte: end_byte } = chunk;
    // What resolved ones amount to is in quarantine, and counts from there.
    const sums = { ...outcomeColumns(outcomes), applied_cents: 0n };
    await advanceRunFile.run(client, { ...values, ...sums, start_byte, end_byte });
    const resolved = judgement.loaded + judgement.corrected;
    const { highestKey } = judgement;
    const bytesRead = end_byte - start_byte;
    await advance(client, {
      ...{ source, runId, outcomes, appliedCents: 0n, resolved, bytesRead, highestKey },
      now: now(),
    });
    const { checked, outOfRange, warnings } = chunk;
    if (chunk.recordsRead > 0) await keepChecked(client, checked, keptOf(file, context));
    return { outcomes, outOfRange, warnings, checked, fileSoFar: file.soFar };
  });
}

/** Stages the chunk's records as what they are in quarantine. */
async function claimedOf(
  { tried }: SourceLoading,
  batch: RecordBatch,
  client: ClientBase,
  parameters: Parameters & { readonly run_id: number },
): Promise<number> {
  const { staged } = await batch.arrive(client, parameters.run_id);
  if (staged === 0) return 0;
  const { rowCount } = await tried.claim.run(client, parameters);
  if (rowCount !== staged) await tried.dropUnclaimed.run(client);
  await tried.findFormer?.run(client, parameters);
  return rowCount ?? 0;
}
