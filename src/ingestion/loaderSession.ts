import pg from "pg";
import { connectionSettings } from "../database/pool.ts";
import { sqlFile } from "../database/sqlFile.ts";

/** For one run at a time, which its lock sees to: the tables of a session that is just opening could be taken for orphans. */
export const dropOrphanedStaging = sqlFile(new URL("./dropOrphanedStaging.sql", import.meta.url));

/** A connection that chunks are committed on, made when it is first asked for. Staging tables vanish with it. */
export interface LoaderSession {
  readonly connected: () => Promise<pg.Client>;
  /** Cuts the connection; PostgreSQL rolls the transaction in hand back, and whoever waits for it gets an error. */
  abandon(): void;
  close(): Promise<void>;
}

export function loaderSession(url: string): LoaderSession {
  const client = new pg.Client(connectionSettings(url, "tillhouse loader"));
  // The statement in hand fails with the same news; without a listener Node would end the process.
  client.on("error", () => undefined);
  let connecting: Promise<pg.Client> | undefined;
  let isAbandoned = false;

  const connect = async (): Promise<pg.Client> => {
    if (isAbandoned) throw new Error("the loader's connection was cut");
    await client.connect();
    // A process that was paused in the middle of a chunk must not hold its locks for ever.
    await client.query("SET idle_in_transaction_session_timeout = '60s'");
    await client.query("SET temp_buffers = '128MB'");
    await client.query("SET work_mem = '64MB'");
    // Compiling a chunk's statements takes longer than running them does.
    await client.query("SET jit = off");
    // That a staging table is there already is no news.
    await client.query("SET client_min_messages = 'warning'");
    return client;
  };
  return {
    connected: () => {
      connecting ??= connect();
      return connecting;
    },
    abandon: () => {
      isAbandoned = true;
      if (connecting !== undefined) socketOf(client).destroy();
    },
    close: async () => {
      if (connecting === undefined) return;
      await connecting.catch(() => undefined);
      await client.end().catch(() => undefined);
    },
  };
}

/** The socket under a client, which the types of `pg` leave out. */
function socketOf(client: pg.Client): { destroy(): void } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream;
}
