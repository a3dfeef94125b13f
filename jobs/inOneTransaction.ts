import { asDatabaseError } from "../src/database/databaseErrors.ts";
import { openTransaction, type OneTransaction } from "../src/database/oneTransaction.ts";
import type { Database } from "../src/database/openDatabase.ts";
import type { LoaderSession } from "../src/ingestion/loaderSession.ts";
import { startRun } from "../src/runs/runLog.ts";
import { takeWarehouseLock, type RunLock } from "../src/runs/runLock.ts";
import { runLocked, type HeldRun, type JobContext, type RunParameters } from "./job.ts";
import { withRunSession } from "./runSession.ts";

/** A run whose work is all in one transaction. */
export interface TransactionRun extends HeldRun {
  /** The one connection that all is done on. */
  readonly session: LoaderSession;
  /** The job's context, whose database is seen from inside of the transaction. */
  readonly inside: JobContext;
}

/**
 * Runs a job's work on one connection, in one transaction that is rolled back in the end: the database is as it was, down
 * to the run's own row. It takes the lock that all runs take. There are no further attempts: with its connection, all
 * that was done would be gone. Others see nothing of it, and no reader waits for it.
 *
 * @throws TillhouseError `run_locked` when another process holds the warehouse, `run_stopped` when it was broken off, and
 *   what `work` throws
 */
export async function inOneTransaction<T>(
  job: string,
  parameters: RunParameters,
  context: JobContext,
  work: (held: TransactionRun) => Promise<T>,
): Promise<T> {
  const { clock, database } = context;
  const held: { lock?: RunLock | undefined; transaction?: OneTransaction } = {};
  const inTransaction = async (session: LoaderSession): Promise<T> => {
    const begun = async (): Promise<OneTransaction> => {
      held.transaction ??= await openTransaction(await session.connected());
      return held.transaction;
    };
    try {
      held.lock = await takeWarehouseLock(database.entry, clock.now(), async () => (await begun()).pool);
      if (held.lock === undefined) throw runLocked();
      const { lock } = held;
      const inside = { ...context, database: seenFrom(await begun(), database) };
      const run = await startRun({ ...inside, job, parameters, lockName: lock.name });
      return await work({ run, lock, progressed: () => undefined, session, inside });
    } catch (error) {
      throw asDatabaseError(error);
    } finally {
      await held.transaction?.end();
    }
  };
  try {
    return await withRunSession(context, inTransaction, "Stopped in the middle, and rolled back.");
  } finally {
    await held.lock?.release();
  }
}

/** The database as the transaction has it. Who reads as the reader sees what is committed. */
export function seenFrom({ pool }: OneTransaction, { url, entry, ...database }: Database): Database {
  return { ...database, url, entry, pool, revive: () => Promise.resolve(), close: () => Promise.resolve() };
}
