import { loadConfig, type Config } from "../config/loadConfig.ts";
import { processEnvironment } from "../config/processEnvironment.ts";
import { asDatabaseError } from "../database/databaseErrors.ts";
import { entryFor, type Purpose } from "../database/entry.ts";
import { openDatabase, type Database } from "../database/openDatabase.ts";
import { createPool } from "../database/pool.ts";
import { behindText, replicaStanding } from "../database/replica/replicaStanding.ts";
import { TillhouseError } from "../lib/errors.ts";
import { EXIT_CODES } from "../lib/knownErrors.ts";
import { STOP_SIGNALS } from "../lib/stopSignals.ts";
import { systemClock } from "../lib/clock.ts";
import { createLogger, silentLogger, type Logger } from "../lib/logger.ts";

/** What a command works with; made once, at the program's outermost layer. */
export interface CommandContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: typeof systemClock;
}

/** A command that was told to stop gets so long to put its things away. */
const LAST_RESORT_MS = 8_000;

/** Reads the configuration and makes the logger. */
export function commandContext(): CommandContext {
  const config = loadConfig();
  const logger = createLogger({ level: config.logLevel, terminal: process.stderr.isTTY });
  return { config, logger, clock: systemClock };
}

/**
 * Runs `work` with the database open for a purpose, and closes it whatever happens. Told to stop, it gives the database back and
 * ends the process, unless the command listens for that itself (`stopping`).
 */
export async function withDatabase<T>(
  context: CommandContext,
  purpose: Purpose,
  work: (database: Database) => Promise<T>,
  options: { skipMigrations?: boolean; stopping?: AbortSignal } = {},
): Promise<T> {
  const { skipMigrations = false } = options;
  // Listens before it opens: told to stop meanwhile, it leaves no server behind.
  const stop = new AbortController();
  let database: Database | undefined;
  const leave = (): void => {
    stop.abort();
    // A statement in hand may take long; it is not waited for beyond this.
    setTimeout(() => process.exit(EXIT_CODES.failed), LAST_RESORT_MS).unref();
    void database?.close().finally(() => process.exit(EXIT_CODES.failed));
  };
  if (options.stopping === undefined) for (const signal of STOP_SIGNALS) process.once(signal, leave);
  try {
    database = await openDatabase({
      ...context,
      ...{ purpose, skipMigrations, environment: processEnvironment() },
      stopping: options.stopping ?? stop.signal,
    });
    stop.signal.throwIfAborted();
    if (purpose === "answer") await sayHowFarBehind(context, database);
    return await work(database);
  } catch (error) {
    if (stop.signal.aborted) throw new TillhouseError("run_stopped", "Stopped.", {}, error);
    // A pipe that nobody reads breaks with the same code as a connection.
    throw isOfWriting(error) ? error : asDatabaseError(error);
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, leave);
    await database?.close();
  }
}

const isOfWriting = (error: unknown): boolean => (Object(error) as NodeJS.ErrnoException).syscall === "write";

/**
 * What is read from a replica may be old: whoever reads it is told how old.
 *
 * @throws TillhouseError `replica_unusable` where it is none, as far as the primary answers
 */
async function sayHowFarBehind(
  { config: { databaseUrl, readerDatabaseUrl }, logger, clock }: CommandContext,
  { pool: replica, entry }: Database,
): Promise<void> {
  if (databaseUrl === undefined || readerDatabaseUrl === undefined) return;
  const primary = createPool(entryFor(databaseUrl, "answer", entry.role !== undefined), silentLogger, 1);
  try {
    const standing = await replicaStanding({ replica, primary: () => primary, clock })(BEHIND_WITHIN_MS);
    const isOld = standing.behindS === null || standing.behindS > OLD_S;
    logger[isOld ? "warn" : "info"](`read from a replica, ${behindText(standing)}`, {
      behind_s: standing.behindS,
    });
  } finally {
    // One that hangs is not waited for.
    primary.end().catch(() => undefined);
  }
}

const BEHIND_WITHIN_MS = 4_000;
/** From here on it is worth a warning. */
const OLD_S = 60;
