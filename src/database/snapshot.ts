import type pg from "pg";
import { withPooledTransaction, withTransaction } from "./pool.ts";

const SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** Runs `work` in one snapshot, in which nothing can be written: its statements see the same committed state. */
export function inOneSnapshot<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withPooledTransaction(pool, async (client) => {
    await client.query(SNAPSHOT);
    return work(client);
  });
}

/** The same on a connection of the caller's. */
export function inSnapshotOn<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  return withTransaction(client, async () => {
    await client.query(SNAPSHOT);
    return work();
  });
}
