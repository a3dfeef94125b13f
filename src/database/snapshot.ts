import type pg from "pg";
import { withPooledTransaction } from "./pool.ts";

/** Runs `work` in one snapshot, in which nothing can be written: its statements see the same committed state. */
export function inOneSnapshot<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withPooledTransaction(pool, async (client) => {
    await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return work(client);
  });
}
