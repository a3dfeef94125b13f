import type { JobContext } from "../jobs/job.ts";
import { startJobs } from "../jobs/startJobs.ts";
import { outliveClosedOutput } from "./commands/closedOutput.ts";
import { guardMemory } from "./config/guardMemory.ts";
import { loadConfig, type Config } from "./config/loadConfig.ts";
import { cardTokenKey } from "./ingestion/cardTokenKey.ts";
import { processEnvironment } from "./config/processEnvironment.ts";
import { openDatabase, type Database } from "./database/openDatabase.ts";
import { openReplica, type Replica } from "./database/replica/openReplica.ts";
import { systemClock } from "./lib/clock.ts";
import { TillhouseError } from "./lib/errors.ts";
import { EXIT_CODES, type ExitCode } from "./lib/knownErrors.ts";
import { createLogger, type Logger } from "./lib/logger.ts";
import { listenForStop } from "./lib/stopSignals.ts";
import { publicMessage } from "./lib/publicError.ts";
import type { Schedule } from "./scheduling/runWhenDue.ts";
import type { Web } from "./web/openWeb.ts";

/** What has been opened so far: what is asked for over HTTP. */
interface Parts {
  database?: Database;
  replica?: Replica;
  schedules?: readonly Schedule[];
}

/**
 * The long-running process: jobs on their cron expressions, until SIGINT or SIGTERM.
 *
 * @returns its exit code
 */
export async function runDaemon(): Promise<ExitCode> {
  outliveClosedOutput();
  let logger: Logger = createLogger({ level: "info", terminal: process.stderr.isTTY });
  let web: Web | undefined;
  try {
    const problem = guardMemory();
    if (problem !== undefined) logger.warn(problem);
    const config = loadConfig();
    logger = createLogger({ level: config.logLevel, terminal: process.stderr.isTTY });
    // Before anything is opened: a daemon told to stop while it starts leaves no server behind.
    const stop = listenForStop((signal) => {
      logger.info(`${signal}: stopping`);
    });
    // First of all: a port that is taken is known before a server is started, and a long migration can be watched.
    const parts: Parts = {};
    web = await listen(config, logger, stop.stopping, parts);
    const opened = await openDatabase({
      ...{ config, logger, clock: systemClock, stopping: stop.stopping },
      purpose: "load",
      environment: processEnvironment(),
    }).catch((error: unknown) => {
      // Migrations end early when told to stop; nobody waits for them any more.
      if (stop.stopping.aborted) return undefined;
      throw error;
    });
    if (opened === undefined) {
      logger.info("stopped");
      return EXIT_CODES.done;
    }
    const database = opened;
    parts.database = database;
    // A key that does not fit stops the daemon now, not every run to come.
    await cardTokenKey(config, database.pool).catch(async (error: unknown) => {
      await database.close();
      throw error;
    });
    if (config.readerDatabaseUrl !== undefined)
      parts.replica = await openReplica({
        ...{ config, logger, clock: systemClock, environment: processEnvironment() },
        primary: database,
      }).catch(async (error: unknown) => {
        await database.close();
        throw error;
      });
    const context: JobContext = {
      ...{ config, logger, clock: systemClock, database, ...stop },
      trigger: "schedule",
    };
    const jobs = startJobs(context);
    parts.schedules = jobs.schedules;

    await aborted(stop.stopping);
    await jobs.end();
    await parts.replica?.close();
    await database.close();
    logger.info("stopped");
    return EXIT_CODES.done;
  } catch (error) {
    logError(logger, error);
    return error instanceof TillhouseError ? error.exitCode : EXIT_CODES.failed;
  } finally {
    await web?.close();
  }
}

/** HTTP, unless there is to be none. Its code is loaded by daemons that have it only. */
async function listen(
  config: Config,
  logger: Logger,
  stopping: AbortSignal,
  parts: Parts,
): Promise<Web | undefined> {
  if (config.httpPort === 0) return undefined;
  const [{ openWeb }, { pageSource }, { replicaCheck }] = await Promise.all([
    import("./web/openWeb.ts"),
    import("./pageSource.ts"),
    import("./web/readiness/replicaCheck.ts"),
  ]);
  const jobs = () => parts.schedules?.map((schedule) => schedule.state());
  const hasReplica = config.readerDatabaseUrl !== undefined;
  const read = () => (hasReplica ? parts.replica?.database() : parts.database);
  const readers = () => parts.database?.readers();
  const checkReplica = hasReplica
    ? replicaCheck({ replica: () => parts.replica, clock: systemClock, logger })
    : undefined;
  return openWeb({
    ...{ config, logger, clock: systemClock, stopping, jobs, readers, checkReplica },
    pool: () => parts.database?.pool,
    pages: pageSource({ config, clock: systemClock, database: read, checkReplica, jobs }),
  });
}

function logError(logger: Logger, error: unknown): void {
  const code = error instanceof TillhouseError ? error.code : "unexpected";
  logger.error(publicMessage(error), { code });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        "abort",
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
