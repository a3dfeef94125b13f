import type pg from "pg";
import type { Config } from "../config/loadConfig.ts";
import type { Clock } from "../lib/clock.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { areFactsDistributed } from "./distribution/areFactsDistributed.ts";
import { isDistributed, notePoolDistributed } from "./distribution/distributedSessions.ts";
import { entryFor, type Entry, type Purpose } from "./entry.ts";
import { deployMigrations, pendingMigrations } from "./migrations.ts";
import { createPool } from "./pool.ts";
import { roleDifferences } from "./roles/roleDifferences.ts";
import { setUpRoles } from "./roles/setUpRoles.ts";
import { requireSessionAsAsked } from "./sessionAsAsked.ts";

const OLDEST_SUPPORTED = 15;
const NEWEST_SUPPORTED = 18;

export interface OpenOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Handed to Prisma's migrations, which are a process of their own. */
  readonly environment: NodeJS.ProcessEnv;
  /** What for: it says in which role. */
  readonly purpose: Purpose;
  /** Leaves pending migrations alone, for the commands that manage them. */
  readonly skipMigrations?: boolean;
  /** Aborted: whoever opens it does not want it any more. */
  readonly stopping?: AbortSignal | undefined;
}

/** A server, and the setting that names it: the embedded one has none. */
export interface Server {
  readonly url: string;
  readonly setting?: "DATABASE_URL" | "READER_DATABASE_URL";
}

/** Connections to a database that has what this version needs. */
export interface PreparedPool {
  readonly entry: Entry;
  readonly pool: pg.Pool;
}

/** What a database was found to be like, entered in a role or not. */
interface Look extends PreparedPool {
  readonly pending: readonly string[];
  /** Whether they are as declared; or at least of use; or not even that. */
  readonly roles: "right" | "usable" | "missing";
}

/**
 * Opens a pool in the role of its purpose, on a database with every migration. The embedded one is given what it lacks. One
 * of your own must have it, but for the roles: without those everything is done as the user who logs in, which is logged.
 *
 * @throws TillhouseError `database_unreachable`, `database_unsupported`, `session_options_dropped`, and with DATABASE_URL `migrations_pending`, with READER_DATABASE_URL `replica_behind`
 */
export async function preparedPool(server: Server, options: OpenOptions): Promise<PreparedPool> {
  const { url, setting } = server;
  const lookAs = (hasRoles: boolean): Promise<Look> =>
    look(entryFor(url, options.purpose, hasRoles), server, options);
  const inRole = (): Promise<Look> => lookAs(true);
  let found = await inRole();
  if (setting === undefined && !(found.pending.length === 0 && found.roles === "right")) {
    await leave(found);
    await prepare(url, options);
    found = await inRole();
  }
  const isWithoutRoles = found.roles === "missing";
  if (isWithoutRoles) {
    await leave(found);
    found = await lookAs(false);
  }
  const { pending } = found;
  if (pending.length > 0) {
    await leave(found);
    throw unmigrated(server, pending);
  }
  if (isWithoutRoles) options.logger.warn(WITHOUT_ROLES, { code: "roles_missing" });
  return found;
}

function unmigrated({ setting }: Server, pending: readonly string[]): TillhouseError {
  const lacks = `${pending.length} migrations have not been applied to this database`;
  return setting === "READER_DATABASE_URL"
    ? new TillhouseError(
        "replica_behind",
        `${lacks}, to which READER_DATABASE_URL leads. They come to a replica by themselves, once DATABASE_URL's has them. If that lacks them too, run: npm run db:migrate`,
        { pending },
      )
    : new TillhouseError("migrations_pending", `${lacks}. Run: npm run db:migrate`, { pending });
}

const WITHOUT_ROLES =
  "The database's roles cannot be entered: all is done with the rights of the user who logs in. Run: npm run db:migrate";

/** Ends the pool of one that is not used, or that could not even be entered. */
async function leave({ pool }: PreparedPool): Promise<void> {
  if (!pool.ended) await pool.end();
}

async function look(entry: Entry, server: Server, options: OpenOptions): Promise<Look> {
  const pool = createPool(entry, options.logger);
  try {
    await requireSupportedServer(pool, server);
    const { isOfCluster } = await requireSessionAsAsked(pool, entry, server.setting);
    if (isOfCluster && (await areFactsDistributed(pool))) notePoolDistributed(pool);
    const pending = options.skipMigrations === true ? [] : await pendingMigrations(pool);
    const asks = entry.role !== undefined && pending.length === 0;
    const differences = asks ? await roleDifferences(pool, isDistributed(pool)) : [];
    const isUsable = !differences.some((difference) => difference.is_needed);
    return {
      ...{ entry, pool, pending },
      roles: differences.length === 0 ? "right" : isUsable ? "usable" : "missing",
    };
  } catch (error) {
    await pool.end();
    if (entry.role !== undefined && isRefusedRole(error))
      return { entry, pool, pending: [], roles: "missing" };
    throw error;
  }
}

/** No such role; or this user may not enter it, or it may do nothing here. */
function isRefusedRole(error: unknown): boolean {
  const { code } = Object(error instanceof TillhouseError ? error.cause : error) as { code?: unknown };
  return code === "22023" || code === "42501";
}

/** Gives the embedded database what it lacks, as its owner. */
async function prepare(url: string, options: OpenOptions): Promise<void> {
  const found = await look({ url }, { url }, options);
  await leave(found);
  if (found.pending.length > 0) {
    options.logger.info("preparing the database", { migrations: found.pending.length });
    await deployMigrations(url, options.environment, options.stopping);
  }
  await setUpRoles(url);
}

async function requireSupportedServer(pool: pg.Pool, server: Server): Promise<void> {
  const version = await serverVersion(pool, server);
  const major = Math.floor(version / 10_000);
  if (major >= OLDEST_SUPPORTED && major <= NEWEST_SUPPORTED) return;
  throw new TillhouseError(
    "database_unsupported",
    `The server is PostgreSQL ${major}; ${OLDEST_SUPPORTED} to ${NEWEST_SUPPORTED} are supported.`,
    { major },
  );
}

async function serverVersion(pool: pg.Pool, { url, setting = "DATABASE_URL" }: Server): Promise<number> {
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
      `PostgreSQL at ${place} cannot be reached: ${why}. Is it running, and is ${setting} right?`,
      { place },
      error,
    );
  }
}
