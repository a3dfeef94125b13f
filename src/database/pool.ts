import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "../lib/logger.ts";
import { connectionSettings } from "./connectionSettings.ts";
import { watchAnswers } from "./connectionWatch.ts";
import { isConflict } from "./databaseErrors.ts";
import type { Entry } from "./entry.ts";
import { beginTransaction, commitTransaction, rollBackTransaction } from "./transactionBounds.ts";

/** One pool for Prisma and for COPY alike. Connections that break while idle are logged and replaced. */
export function createPool(entry: Entry, logger: Logger, max = 5): pg.Pool {
  const pool = new pg.Pool({ ...connectionSettings(entry, "tillhouse"), max });
  pool.on("connect", (client) => {
    // One that is in use has no listener of the pool's; without any, Node would end the process.
    client.on("error", () => undefined);
    watchAnswers(client, entry.url);
  });
  pool.on("error", (error) => {
    // The server may be told to stop before it has heard the last connection's goodbye.
    if (!pool.ending)
      logger.warn("an idle database connection broke", {
        error: error.message,
      });
  });
  return pool;
}

/** A connection of its own, outside the pool, not connected yet. When it breaks, the statement in hand says so. */
export function ownConnection(entry: Entry, applicationName: string): pg.Client {
  const client = new pg.Client(connectionSettings(entry, applicationName));
  // Without a listener Node would end the process.
  client.on("error", () => undefined);
  watchAnswers(client, entry.url);
  return client;
}

/** A transaction that keeps losing against others is given up after so many attempts. */
const MOST_ATTEMPTS = 6;
/** Before the second attempt; twice as long before each further one. Half of it is left to chance, so that two do not meet again. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** When a transaction is done again, and how often at most. */
export interface Redoing {
  readonly hasLost: (error: unknown) => boolean;
  readonly mostAttempts: number;
}
const AFTER_CONFLICTS: Redoing = { hasLost: isConflict, mostAttempts: MOST_ATTEMPTS };

/**
 * Runs `work` in one transaction. One that loses against others, by a deadlock or a serialisation failure, is rolled back
 * and done again: `work` must change nothing but the database.
 *
 * @throws what `work` throws, after the rollback
 */
export async function withTransaction<T>(
  client: pg.ClientBase,
  work: () => Promise<T>,
  { hasLost, mostAttempts } = AFTER_CONFLICTS,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await beginTransaction(client);
      return await endTransaction(client, work);
    } catch (error) {
      if (!hasLost(error) || attempt === mostAttempts) throw error;
      const longest = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      await pause(longest * (0.5 + Math.random() / 2));
    }
  }
}

/** The same on a client of a pool, which gets it back. */
export async function withPooledTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    return await withTransaction(client, () => work(client));
  } finally {
    client.release();
  }
}

/**
 * Runs the rest of a transaction that has begun, and commits it.
 *
 * @throws what `work` throws, after the rollback
 */
export async function endTransaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await commitTransaction(client);
    return result;
  } catch (error) {
    // On a broken connection there is nothing to roll back: the server has done so already.
    await rollBackTransaction(client).catch(() => undefined);
    throw error;
  }
}
