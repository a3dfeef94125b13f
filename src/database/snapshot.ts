import type pg from "pg";
import { socketOf } from "./connectionWatch.ts";
import { isDistributed } from "./distribution/distributedSessions.ts";
import { waitUntilWhole } from "./distribution/wholeCommits.ts";
import { withPooledTransaction, withTransaction } from "./pool.ts";
import { sqlFile } from "./sqlFile.ts";

const boundStatements = sqlFile(new URL("./boundStatements.sql", import.meta.url));

const holdFacts = sqlFile(new URL("./distribution/holdFacts.sql", import.meta.url));
const letFactsGo = sqlFile(new URL("./distribution/letFactsGo.sql", import.meta.url));

const SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** Runs `work` in one snapshot, in which nothing can be written: its statements see the same committed state. */
export function inOneSnapshot<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withPooledTransaction(pool, async (client) => {
    await client.query(SNAPSHOT);
    return work(client);
  });
}

/**
 * The same within a limit, for what is asked again and again: a statement that takes longer is cancelled by the server, and a
 * connection on which no answer has come by then is cut, so that nothing is left over of either.
 *
 * @throws what `work` and connecting throw, and what a cut connection does
 */
export async function inOneSnapshotWithin<T>(
  pool: pg.Pool,
  limitMs: number,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const cut = setTimeout(() => {
    socketOf(client).destroy(new Error(`Connection terminated: no answer within ${limitMs} ms`));
  }, limitMs);
  try {
    return await inSnapshotOn(client, async () => {
      await boundStatements.run(client, { milliseconds: limitMs });
      return work(client);
    });
  } finally {
    clearTimeout(cut);
    client.release();
  }
}

/** The same on a connection of the caller's. */
export function inSnapshotOn<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  return withTransaction(client, () => snapshotOf(client, work));
}

/**
 * The same for work that compares facts with what is kept beside them. Where they are distributed, each node has a moment of its
 * own: so no chunk is committed meanwhile, and those that would be wait.
 */
export async function inSnapshotOfFacts<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  if (!isDistributed(client)) return inSnapshotOn(client, work);
  // While chunks go on: it may take a while.
  await waitUntilWhole(client);
  await holdFacts.run(client);
  try {
    // The last one that had the lock may still be on its way to the nodes.
    await waitUntilWhole(client);
    return await inSnapshotOn(client, work);
  } finally {
    // With a connection that broke, the lock is gone.
    await letFactsGo.run(client).catch(() => undefined);
  }
}

/** The same for work that cannot be done twice, since it hands on what it reads: a conflict ends it. */
export function inSnapshotOnceOn<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  const once = { hasLost: () => false, mostAttempts: 1 };
  return withTransaction(client, () => snapshotOf(client, work), once);
}

async function snapshotOf<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query(SNAPSHOT);
  return work();
}
