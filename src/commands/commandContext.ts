import { loadConfig, type Config } from "../config/loadConfig.ts";
import { processEnvironment } from "../config/processEnvironment.ts";
import { openDatabase, type Database } from "../database/openDatabase.ts";
import { systemClock } from "../lib/clock.ts";
import { createLogger, type Logger } from "../lib/logger.ts";

/** What a command works with; made once, at the program's outermost layer. */
export interface CommandContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: typeof systemClock;
}

/** Reads the configuration and makes the logger. */
export function commandContext(): CommandContext {
  const config = loadConfig();
  const logger = createLogger({ level: config.logLevel, terminal: process.stderr.isTTY });
  return { config, logger, clock: systemClock };
}

/** Runs `work` with the database open, and closes it whatever happens. */
export async function withDatabase<T>(
  context: CommandContext,
  work: (database: Database) => Promise<T>,
  options: { skipMigrations?: boolean } = {},
): Promise<T> {
  const database = await openDatabase({ ...context, ...options, environment: processEnvironment() });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
