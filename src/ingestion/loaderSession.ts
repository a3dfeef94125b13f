import pg from "pg";
import { connectionSettings } from "../database/pool.ts";
import { sqlFile } from "../database/sqlFile.ts";
import { deviceLoading } from "./deviceLoading.ts";
import { storeLoading } from "./storeLoading.ts";
import { transactionLoading } from "./transactionLoading.ts";

/** For one run at a time, which its lock sees to: the tables of a session that is just opening could be taken for orphans. */
export const dropOrphanedStaging = sqlFile(new URL("./dropOrphanedStaging.sql", import.meta.url));

const createRejectStaging = sqlFile(new URL("./quarantine/createStaging.sql", import.meta.url));

/** A connection that chunks are committed on, with its staging tables. */
export interface LoaderSession {
  readonly client: pg.Client;
  /** Cuts the connection; PostgreSQL rolls the transaction in hand back, and whoever waits for it gets an error. */
  abandon(): void;
  close(): Promise<void>;
}

/** Connects and makes the staging tables; they vanish with the connection. */
export async function openLoaderSession(url: string): Promise<LoaderSession> {
  const client = new pg.Client(connectionSettings(url, "tillhouse loader"));
  // The statement in hand fails with the same news; without a listener Node would end the process.
  client.on("error", () => undefined);
  await client.connect();
  try {
    // A process that was paused in the middle of a chunk must not hold its locks for ever.
    await client.query("SET idle_in_transaction_session_timeout = '60s'");
    await client.query("SET temp_buffers = '128MB'");
    await client.query("SET work_mem = '64MB'");
    // Compiling a chunk's statements takes longer than running them does.
    await client.query("SET jit = off");
    await createRejectStaging.run(client);
    await storeLoading.createStaging.run(client);
    await deviceLoading.createStaging.run(client);
    await transactionLoading.createStaging.run(client);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    client,
    abandon: () => {
      socketOf(client).destroy();
    },
    close: () => client.end().catch(() => undefined),
  };
}

/** The socket under a client, which the types of `pg` leave out. */
function socketOf(client: pg.Client): { destroy(): void } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream;
}
