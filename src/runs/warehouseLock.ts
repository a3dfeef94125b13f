import pg from "pg";
import { connectionSettings } from "../database/pool.ts";
import { TillhouseError } from "../lib/errors.ts";

/** "till" in ASCII: keeps our advisory locks apart from those of other programs on the same database. */
const LOCK_CLASS = 0x74696c6c;
const WAREHOUSE = 1;

/** The right to change the warehouse; one holder at a time, over all processes. */
export interface WarehouseLock {
  /** Rises with every holder. A chunk commits only while this is the newest. */
  readonly fencingToken: bigint;
  release(): Promise<void>;
}

/**
 * Takes the lock, or gives undefined when another process has it. It hangs on a connection of its own: when the
 * process dies, the server sees the connection end and frees the lock.
 */
export async function takeWarehouseLock(url: string, now: Date): Promise<WarehouseLock | undefined> {
  const client = new pg.Client(connectionSettings(url, "tillhouse lock"));
  let lost = false;
  client.on("error", () => {
    lost = true;
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1, $2) AS taken", [
      LOCK_CLASS,
      WAREHOUSE,
    ]);
    if (rows[0]?.taken !== true) {
      await client.end();
      return undefined;
    }
    const fencingToken = await raiseFencingToken(client, now);
    return {
      fencingToken,
      release: async () => {
        if (!lost)
          await client
            .query("SELECT pg_advisory_unlock($1, $2)", [LOCK_CLASS, WAREHOUSE])
            .catch(() => undefined);
        await client.end().catch(() => undefined);
      },
    };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function raiseFencingToken(client: pg.Client, now: Date): Promise<bigint> {
  const { rows } = await client.query<{ fencing_token: string }>(
    `UPDATE operations.run_locks SET fencing_token = fencing_token + 1, run_id = NULL, acquired_at = $1
     WHERE name = 'warehouse' RETURNING fencing_token`,
    [now.toISOString()],
  );
  const token = rows[0]?.fencing_token;
  if (token === undefined) {
    throw new TillhouseError(
      "migration_failed",
      "operations.run_locks has no row named warehouse; restore the database.",
    );
  }
  return BigInt(token);
}
