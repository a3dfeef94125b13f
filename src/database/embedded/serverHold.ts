import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { Logger } from "../../lib/logger.ts";
import { ROLE } from "./createCluster.ts";
import type { EmbeddedLayout } from "./layout.ts";
import { findPostmaster } from "./postmaster.ts";
import { errorMessage } from "./systemError.ts";

/** The number that users of the server hold shared, in its database "postgres". */
const USERS_LOCK = 7_455_011_204;
/** How long a lost connection is tried again: PostgreSQL restarts itself when one of its processes dies. */
const REATTACH_MS = 30_000;

/** This process's place among the users of the server. */
export interface ServerHold {
  /** Whether the server went away for good. */
  readonly lost: boolean;
  /**
   * Gives the place up. When nobody else has one, calls `stop` with the server's process number while newcomers are
   * kept waiting; they then start the server anew.
   */
  release(stop: (pid: number) => Promise<unknown>): Promise<void>;
}

interface HoldTarget {
  readonly layout: EmbeddedLayout;
  readonly port: number;
  readonly password: string;
}

interface HoldConnection {
  readonly client: Client;
  readonly socket: Socket;
  /** Of the server it leads to. */
  readonly pid: number;
}

/**
 * Joins the users of the server, and joins again when the connection breaks and the server is still, or again, at its port.
 * Rejects with PostgreSQL's or the network's error when it cannot join at first.
 */
export async function holdServer(target: HoldTarget, logger: Logger): Promise<ServerHold> {
  const released = new AbortController();
  let lost = false;
  let connection: HoldConnection | undefined;
  let reattaching: Promise<void> | undefined;

  const attach = async (): Promise<void> => {
    // The password goes to nobody but the server of this cluster.
    const running = await findPostmaster(target.layout);
    if (running?.status !== "ready" || running.port !== target.port)
      throw new Error("The server is not running.");
    connection = await connectShared(target, running.pid, (reason) => {
      connection = undefined;
      if (released.signal.aborted) return;
      logger.warn("The connection that keeps the embedded PostgreSQL running broke.", { reason });
      reattaching = reattach();
    });
  };
  const reattach = async (): Promise<void> => {
    const tooLate = AbortSignal.timeout(REATTACH_MS);
    let reason = "";
    while (!tooLate.aborted && !released.signal.aborted) {
      try {
        await attach();
        logger.info("The embedded PostgreSQL is back.");
        return;
      } catch (error) {
        reason = errorMessage(error);
      }
      // A program that has nothing else to do may end meanwhile.
      await sleep(200, undefined, { ref: false, signal: released.signal }).catch(() => undefined);
    }
    lost = true;
    if (!released.signal.aborted)
      logger.error("The embedded PostgreSQL went away. The next command starts it again.", { reason });
  };

  await attach();
  return {
    get lost() {
      return lost;
    },
    async release(stop) {
      released.abort();
      await reattaching;
      if (connection === undefined) return;
      const { client, socket, pid } = connection;
      socket.ref();
      try {
        if (await isLast(client)) await stop(pid);
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  };
}

async function connectShared(
  target: HoldTarget,
  pid: number,
  onEnd: (reason: string) => void,
): Promise<HoldConnection> {
  const socket = new Socket();
  const client = new Client({
    stream: () => socket,
    host: "127.0.0.1",
    port: target.port,
    user: ROLE,
    password: target.password,
    // Not "tillhouse": a connection to that would keep it from being a template.
    database: "postgres",
    ssl: false,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: "tillhouse: keeps the server running",
    options: "-c lock_timeout=30s -c statement_timeout=0 -c idle_session_timeout=0",
  });
  let reason = "the server closed it";
  client.on("error", (error) => {
    reason = errorMessage(error);
  });
  try {
    await client.connect();
    await client.query("select pg_advisory_lock_shared($1)", [USERS_LOCK]);
    await createDatabase(client);
  } catch (error) {
    // The connection is of no use; that ending it fails as well says nothing new.
    void client.end().catch(() => undefined);
    throw error;
  }
  client.once("end", () => {
    onEnd(reason);
  });
  // Holding the server must not keep a program that is done from ending.
  socket.unref();
  return { client, socket, pid };
}

/** The database may be missing because this start is the first, or because the process before was killed. */
async function createDatabase(client: Client): Promise<void> {
  const found = await client.query("select from pg_database where datname = $1", [ROLE]);
  if (found.rowCount === 1) return;
  try {
    await client.query(`create database ${ROLE}`);
  } catch (error) {
    const again = await client.query("select from pg_database where datname = $1", [ROLE]);
    if (again.rowCount !== 1) throw error;
  }
}

async function isLast(client: Client): Promise<boolean> {
  try {
    const { rows } = await client.query<{ last: boolean }>(
      "select pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) as last",
      [USERS_LOCK],
    );
    return rows[0]?.last === true;
  } catch {
    // The server is gone, and with it the question.
    return false;
  }
}
