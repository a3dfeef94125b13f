import type pg from "pg";
import type { RunStatus } from "../../database/generated/enums.ts";
import { withTransaction } from "../../database/pool.ts";
import { onlyRow, sqlFile, sqlFileInTwoForms } from "../../database/sqlFile.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { checkFence } from "../../runs/fence.ts";
import { EMPTY_SHA256 } from "../../runs/ledgerKey.ts";
import { withKeysCheckedAsSets } from "../transactions/keysAsSets.ts";
import { undoFacts } from "./undoFacts.ts";
import { undoRows } from "./undoRows.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const newestRunSql = sql("newestRun");
const keepingRuns = sqlFileInTwoForms(new URL("./keepingRuns.sql", import.meta.url));
const statusOfRun = sql("statusOfRun");
const filesOfRun = sql("filesOfRun");
const noteNothing = sql("noteNothing");
const removeQuarantined = sql("removeQuarantined");
const closeFiles = sqlFile(new URL("../ledger/closeFiles.sql", import.meta.url));
const forgetRead = sql("forgetRead");
const markUndone = sql("markUndone");
const forgetSeen = sql("forgetSeen");
const forgetChangesSql = sql("forgetChanges");

/** A run that is to be taken back. */
export interface UndoableRun {
  readonly runId: number;
  readonly job: string;
  readonly startedAt: Date;
  readonly versionsBefore: string;
  /** Paths of the files that the next run loads again: not of those that it only read again. In their order. */
  readonly files: readonly string[];
}

/** What was taken back of a run. */
export interface Undone {
  /** Transactions that it had added, and that are gone. */
  readonly factsRemoved: number;
  /** Transactions that it had corrected, and that are what they were. */
  readonly factsRestored: number;
  /** Records that it had put in quarantine. */
  readonly rejectsRemoved: number;
  /** Rows of dimensions, their versions and the ledger that are what they were. */
  readonly rowsRestored: number;
  /** Such rows that it had added. */
  readonly rowsRemoved: number;
}

interface NewestRunRow {
  readonly run_id: number;
  readonly job: string;
  readonly status: RunStatus;
  readonly started_at: Date;
  readonly versions_before: string | null;
  readonly is_refresh: boolean;
  readonly is_noted: boolean;
}

/**
 * The newest run before another one that changed something and has not been taken back; null where none is left.
 *
 * @throws TillhouseError `undo_not_possible` when what is needed for it is not there, or not any more
 */
export async function newestUndoable(pool: pg.Pool, beforeRunId: number): Promise<UndoableRun | null> {
  const keeping = await keepingRuns.run<{ run_id: number }>(pool);
  const found = await newestRunSql.run<NewestRunRow & Record<string, unknown>>(pool, {
    before_run_id: beforeRunId,
    keeping_runs: keeping.rows.map(({ run_id: runId }) => runId),
  });
  const [run] = found.rows;
  if (run === undefined) return null;
  const { run_id: runId, job, started_at: startedAt, versions_before: versionsBefore } = run;
  if (versionsBefore === null || !run.is_noted) {
    const reason = whyNotUndoable(run);
    throw new TillhouseError(
      "undo_not_possible",
      `Run ${runId} cannot be taken back: ${reason}. Nothing is changed. To correct what it loaded, load a later version of the records.`,
      { run_id: runId },
    );
  }
  const { rows } = await filesOfRun.run<{ path: string }>(pool, { run_id: runId });
  return { runId, job, startedAt, versionsBefore, files: rows.map(({ path }) => path) };
}

function whyNotUndoable({ versions_before: versionsBefore, is_refresh: isRefresh }: NewestRunRow): string {
  if (isRefresh) return "it rebuilt everything from the files, and nothing of before is kept";
  return versionsBefore === null
    ? "a version of Tillhouse loaded it that did not note what rows were before"
    : "what rows were before it is not kept any more (UNDO_RUNS says of how many runs it is, and RETENTION_DAYS for how long what was resolved)";
}

/** Whether a run has been taken back: asked when the answer to a commit was lost. */
export async function isUndone(pool: pg.Pool, runId: number): Promise<boolean> {
  const { status } = onlyRow(await statusOfRun.run<{ status: RunStatus }>(pool, { run_id: runId }));
  return status === "undone";
}

/**
 * Takes a run back in one transaction, as if it had never been: star, versions, rollups, quarantine, ledger, watermarks. Its
 * log stays, with the files that it names. Every later run must have been taken back before, or have changed nothing.
 *
 * @throws TillhouseError `undo_not_possible`, `run_lock_lost`
 */
export function undoRun(client: pg.ClientBase, fencingToken: bigint, run: UndoableRun): Promise<Undone> {
  return withTransaction(client, async () => {
    await checkFence(client, fencingToken);
    await noteNothing.run(client);
    const values = { run_id: run.runId };
    const facts = await undoFacts(client, run.runId, run.versionsBefore);
    const rejects = await removeQuarantined.run(client, values);
    // Before a file that stood at the same path comes back.
    // Its digest is not keyed yet: the next run does that.
    await closeFiles.run(client, { ...values, committed_digest: EMPTY_SHA256, digest_key: null });
    let rows = { restored: 0, removed: 0 };
    await withKeysCheckedAsSets(client, async () => {
      rows = await undoRows(client, run.runId);
    });
    await forgetRead.run(client, values);
    const { rowCount } = await markUndone.run(client, values);
    if (rowCount !== 1) throw new Error(`run ${run.runId} has been taken back already; rolled back`);
    return {
      factsRemoved: facts.added,
      factsRestored: facts.corrected,
      rejectsRemoved: rejects.rowCount ?? 0,
      rowsRestored: rows.restored,
      rowsRemoved: rows.removed,
    };
  });
}

/**
 * At the end of a run: forgets what rows were before runs that are older than the latest so many, and before this one if
 * it did nothing but see files again.
 *
 * @param kept how many runs stay undoable
 */
export async function forgetChanges(pool: pg.Pool, runId: number, kept: number): Promise<void> {
  await forgetSeen.run(pool, { run_id: runId });
  await forgetChangesSql.run(pool, { kept });
}
