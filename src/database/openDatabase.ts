import type pg from "pg";
import { isAnswer, isLostConnection } from "./databaseErrors.ts";
import { isDistributed, notePoolDistributed } from "./distribution/distributedSessions.ts";
import { openEmbeddedServer } from "./embedded/openEmbeddedServer.ts";
import { ENTERED, entryFor, type Entry } from "./entry.ts";
import type { PrismaClient } from "./generated/client.ts";
import { createPool } from "./pool.ts";
import { preparedPool, type OpenOptions, type Server } from "./preparedPool.ts";

/** The database, migrated and ready. */
export interface Database {
  /** Of the user who logs in, who may do anything. Holds the password: never log it. */
  readonly url: string;
  /** How connections of its own are made, in the role of what the database was opened for. */
  readonly entry: Entry;
  /** Connections in that role. */
  readonly pool: pg.Pool;
  /** Connections that only read, as the reader, whatever the database was opened for. Made when they are first asked for. */
  readers(): pg.Pool;
  /** The typed client, which only reads, as the reader. Made when it is first asked for: its code takes a while to load. */
  prisma(): Promise<PrismaClient>;
  /**
   * Sees to it that it answers: an embedded server that was killed or stopped is started again, and `url`, `entry` and
   * `pool` are those of the new one from then on. One of your own is left to whoever runs it.
   */
  revive(): Promise<void>;
  /** May be called more than once. */
  close(): Promise<void>;
}

/**
 * Opens the database of the configuration: the embedded server, started and migrated as need be, or the one that
 * DATABASE_URL names, or to answer READER_DATABASE_URL.
 *
 * @throws TillhouseError `database_unreachable`, `database_unsupported`, `session_options_dropped`, and with DATABASE_URL `migrations_pending`, with READER_DATABASE_URL `replica_behind`
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  let open = await openOnce(options);
  return {
    get url() {
      return open.url;
    },
    get entry() {
      return open.entry;
    },
    get pool() {
      return open.pool;
    },
    readers: () => open.readers(),
    prisma: () => open.prisma(),
    revive: async () => {
      if (options.config.databaseUrl !== undefined || (await open.isAlive())) return;
      options.logger.warn("the database went away; opening it again");
      await open.close();
      open = await openOnce(options);
    },
    close: () => open.close(),
  };
}

/** A database as it was opened; it stays with its server. */
interface OpenDatabase extends Pick<Database, "url" | "entry" | "pool" | "readers" | "prisma" | "close"> {
  /** Whether it answers; a restarted one does, one that is gone or was stopped does not. */
  isAlive(): Promise<boolean>;
}

async function openOnce(options: OpenOptions): Promise<OpenDatabase> {
  const { config, logger, clock } = options;
  const embedded =
    config.databaseUrl === undefined
      ? await openEmbeddedServer({ stateDir: config.stateDir, logger, clock })
      : undefined;
  const server = embedded === undefined ? serverOf(options) : { url: embedded.url };
  const { url } = server;
  const { pool, entry } = await preparedPool(server, options).catch(async (error: unknown) => {
    await embedded?.close();
    throw error;
  });
  // The same pool where the whole program reads: one connection is enough then.
  let reading = ENTERED[options.purpose].role === "reader" ? pool : undefined;
  const readers = (): pg.Pool => {
    reading ??= createPool(entryFor(url, "read", entry.role !== undefined), logger);
    // Noted of the first perhaps since: its facts may be distributed while it is open.
    if (isDistributed(pool) && !isDistributed(reading)) notePoolDistributed(reading);
    return reading;
  };
  let client: Promise<PrismaClient> | undefined;
  const prisma = (): Promise<PrismaClient> => {
    const pool = readers();
    client ??= import("./prismaClient.ts").then(({ prismaClientOn }) => prismaClientOn(pool));
    return client;
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      // That it could not be made was told to whoever asked for it.
      await client?.then((made) => made.$disconnect()).catch(() => undefined);
      for (const open of new Set([pool, reading])) if (open?.ended === false) await open.end();
      await embedded?.close();
    })();
    return closing;
  };
  const isAlive = async (): Promise<boolean> => {
    if (embedded?.lost === true) return false;
    return pool.query("SELECT 1").then(
      () => true,
      // Too many connections, say: it is there.
      (error: unknown) => isAnswer(error) && !isLostConnection(error),
    );
  };
  return { url, entry, pool, readers, prisma, isAlive, close };
}

/** Which of the servers that settings name is asked. */
function serverOf({ config: { databaseUrl = "", readerDatabaseUrl }, purpose }: OpenOptions): Server {
  if (purpose === "answer" && readerDatabaseUrl !== undefined)
    return { url: readerDatabaseUrl, setting: "READER_DATABASE_URL" };
  return { url: databaseUrl, setting: "DATABASE_URL" };
}
