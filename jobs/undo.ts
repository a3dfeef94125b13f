import {
  isUndone,
  newestUndoable,
  undoRun,
  type Undone,
  type UndoableRun,
} from "../src/ingestion/undo/undoRun.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";
import { withRunSession } from "./runSession.ts";

/** What taking back the newest run came to. */
export interface UndoReport {
  /** The run that did it. */
  readonly runId: number;
  /** The run that was taken back; null where no run is left that changed anything. */
  readonly run: UndoableRun | null;
  /** Null where nothing was left, or the answer was lost though it was done. */
  readonly undone: Undone | null;
}

/**
 * One run that takes back the newest run that changed something and has not been taken back, in one transaction. The database
 * is to be opened as its owner: no role may remove facts.
 *
 * @throws TillhouseError `run_locked`, `undo_not_possible`, `run_stopped`, `run_lock_lost`
 */
export async function undo(context: JobContext): Promise<UndoReport> {
  const { database } = context;
  // Kept over attempts: an answer to COMMIT that was lost must not take another run back.
  let found: UndoableRun | null | undefined;
  return asRun("undo", {}, context, async ({ run, lock }) => {
    found ??= await run.step(
      "find newest run",
      () => newestUndoable(database.pool, run.runId),
      (newest): Record<string, number> => (newest === null ? {} : { run_id: newest.runId }),
    );
    const newest = found;
    const done = { runId: run.runId, run: newest, undone: null, failure: undefined };
    if (newest === null || (await isUndone(database.pool, newest.runId))) return done;
    const undone = await run.step(
      `take back run ${newest.runId}`,
      () => takeBack(context, lock, newest),
      (counts) => ({ ...counts }),
    );
    return { ...done, undone };
  });
}

function takeBack(
  context: JobContext,
  { fencingToken }: HeldRun["lock"],
  newest: UndoableRun,
): Promise<Undone> {
  return withRunSession(
    context,
    async (session) => undoRun(await session.connected(), fencingToken, newest),
    "Stopped before the run was taken back; all is as it was.",
  );
}
