import type pg from "pg";
import type { Config } from "../config/loadConfig.ts";
import type { Clock } from "../lib/clock.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { isAnswer, isLostConnection } from "./databaseErrors.ts";
import { openEmbeddedServer } from "./embedded/openEmbeddedServer.ts";
import type { PrismaClient } from "./generated/client.ts";
import { deployMigrations, pendingMigrations } from "./migrations.ts";
import { createPool } from "./pool.ts";

/** The database, migrated and ready. */
export interface Database {
  /** Holds the password: never log it. */
  readonly url: string;
  readonly pool: pg.Pool;
  /** The typed client; it shares the pool. Made when it is first asked for: its code takes a while to load. */
  prisma(): Promise<PrismaClient>;
  /**
   * Sees to it that it answers: an embedded server that was killed or stopped is started again, and `url` and `pool` are
   * those of the new one from then on. One of your own is left to whoever runs it.
   */
  revive(): Promise<void>;
  /** May be called more than once. */
  close(): Promise<void>;
}

const OLDEST_SUPPORTED = 15;
const NEWEST_SUPPORTED = 18;

interface OpenOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Handed to Prisma's migrations, which are a process of their own. */
  readonly environment: NodeJS.ProcessEnv;
  /** Leaves pending migrations alone, for the commands that manage them. */
  readonly skipMigrations?: boolean;
}

/**
 * Opens the database of the configuration: the embedded server, started and migrated as need be, or the one that
 * DATABASE_URL names.
 *
 * @throws TillhouseError `database_unreachable`, `database_unsupported`, and with DATABASE_URL `migrations_pending`
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  let open = await openOnce(options);
  return {
    get url() {
      return open.url;
    },
    get pool() {
      return open.pool;
    },
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
interface OpenDatabase extends Pick<Database, "url" | "pool" | "prisma" | "close"> {
  /** Whether it answers; a restarted one does, one that is gone or was stopped does not. */
  isAlive(): Promise<boolean>;
}

async function openOnce(options: OpenOptions): Promise<OpenDatabase> {
  const { config, logger, clock } = options;
  const embedded =
    config.databaseUrl === undefined
      ? await openEmbeddedServer({ stateDir: config.stateDir, logger, clock })
      : undefined;
  const url = embedded?.url ?? config.databaseUrl ?? "";
  const pool = createPool(url, logger);
  let client: Promise<PrismaClient> | undefined;
  const prisma = (): Promise<PrismaClient> => {
    client ??= import("./prismaClient.ts").then(({ prismaClientOn }) => prismaClientOn(pool));
    return client;
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      // That it could not be made was told to whoever asked for it.
      await client?.then((made) => made.$disconnect()).catch(() => undefined);
      if (!pool.ended) await pool.end();
      await embedded?.close();
    })();
    return closing;
  };
  try {
    await requireSupportedServer(pool, url);
    if (options.skipMigrations !== true) await migrateOrRefuse(pool, url, embedded !== undefined, options);
  } catch (error) {
    await close();
    throw error;
  }
  const isAlive = async (): Promise<boolean> => {
    if (embedded?.lost === true) return false;
    return pool.query("SELECT 1").then(
      () => true,
      // Too many connections, say: it is there.
      (error: unknown) => isAnswer(error) && !isLostConnection(error),
    );
  };
  return { url, pool, prisma, isAlive, close };
}

async function requireSupportedServer(pool: pg.Pool, url: string): Promise<void> {
  const version = await serverVersion(pool, url);
  const major = Math.floor(version / 10_000);
  if (major >= OLDEST_SUPPORTED && major <= NEWEST_SUPPORTED) return;
  throw new TillhouseError(
    "database_unsupported",
    `The server is PostgreSQL ${major}; ${OLDEST_SUPPORTED} to ${NEWEST_SUPPORTED} are supported.`,
    { major },
  );
}

async function serverVersion(pool: pg.Pool, url: string): Promise<number> {
  try {
    const { rows } = await pool.query<{ version: string }>(
      "SELECT current_setting('server_version_num') AS version",
    );
    return Number(rows[0]?.version);
  } catch (error) {
    const { hostname, port, pathname } = new URL(url);
    const place = `${hostname}:${port === "" ? "5432" : port}${pathname}`;
    const why = error instanceof Error ? error.message : String(error);
    throw new TillhouseError(
      "database_unreachable",
      `PostgreSQL at ${place} cannot be reached: ${why}. Is it running, and is DATABASE_URL right?`,
      { place },
      error,
    );
  }
}

async function migrateOrRefuse(
  pool: pg.Pool,
  url: string,
  isEmbedded: boolean,
  options: OpenOptions,
): Promise<void> {
  const pending = await pendingMigrations(pool);
  if (pending.length === 0) return;
  if (!isEmbedded) {
    throw new TillhouseError(
      "migrations_pending",
      `${pending.length} migrations have not been applied to this database. Run: npm run db:migrate`,
      { pending },
    );
  }
  options.logger.info("preparing the database", { migrations: pending.length });
  await deployMigrations(url, options.environment);
}
