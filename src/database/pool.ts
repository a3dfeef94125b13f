import pg from "pg";
import type { Logger } from "../lib/logger.ts";

// Prisma and plain SQL both read wrong instants in a session of another zone (prisma/orm#28629).
const IN_UTC = "-c timezone=UTC";

/**
 * What every connection of ours asks for. Settings that the URL asks for with `?options=` stay, but for the time zone,
 * and so does all else of it but for `application_name`:
 * pg takes the URL's over those beside it, so ours is put into the URL, last.
 */
export function connectionSettings(url: string, applicationName: string): pg.ClientConfig {
  // A bare per cent sign, as passwords have, is none of an escape: pg reads it so as well.
  const inUtc = new URL(url.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  const options = inUtc.searchParams.get("options");
  inUtc.searchParams.set("options", options === null ? IN_UTC : `${options} ${IN_UTC}`);
  // By their names our sessions know each other.
  inUtc.searchParams.set("application_name", applicationName);
  return {
    connectionString: inUtc.href,
    keepAlive: true,
    connectionTimeoutMillis: 15_000,
  };
}

/** One pool for Prisma and for COPY alike. Connections that break while idle are logged and replaced. */
export function createPool(url: string, logger: Logger, max = 5): pg.Pool {
  const pool = new pg.Pool({ ...connectionSettings(url, "tillhouse"), max });
  pool.on("error", (error) => {
    // The server may be told to stop before it has heard the last connection's goodbye.
    if (!pool.ending)
      logger.warn("an idle database connection broke", {
        error: error.message,
      });
  });
  return pool;
}

/**
 * Runs `work` in one transaction on a client of its own, and gives the client back whatever happens.
 *
 * @throws what `work` throws, after the rollback
 */
export async function withTransaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  return endTransaction(client, work);
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
    await client.query("COMMIT");
    return result;
  } catch (error) {
    // On a broken connection there is nothing to roll back: the server has done so already.
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}
