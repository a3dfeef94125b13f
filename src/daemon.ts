import type { JobContext } from "../jobs/job.ts";
import { runFor, SCHEDULED_JOBS } from "../jobs/scheduledJobs.ts";
import { outliveClosedOutput } from "./commands/closedOutput.ts";
import { guardMemory } from "./config/guardMemory.ts";
import { loadConfig } from "./config/loadConfig.ts";
import { cardTokenKey } from "./ingestion/cardTokenKey.ts";
import { processEnvironment } from "./config/processEnvironment.ts";
import { openDatabase } from "./database/openDatabase.ts";
import { systemClock } from "./lib/clock.ts";
import { EXIT_CODES, TillhouseError, type ExitCode } from "./lib/errors.ts";
import { createLogger, type Logger } from "./lib/logger.ts";
import { listenForStop } from "./lib/stopSignals.ts";
import { publicMessage } from "./lib/publicError.ts";
import { keepWatch } from "./scheduling/alerts/keepWatch.ts";
import { runWhenDue } from "./scheduling/runWhenDue.ts";

/**
 * The long-running process: jobs on their cron expressions, until SIGINT or SIGTERM.
 *
 * @returns its exit code
 */
export async function runDaemon(): Promise<ExitCode> {
  outliveClosedOutput();
  let logger: Logger = createLogger({ level: "info", terminal: process.stderr.isTTY });
  try {
    const problem = guardMemory();
    if (problem !== undefined) logger.warn(problem);
    const config = loadConfig();
    logger = createLogger({ level: config.logLevel, terminal: process.stderr.isTTY });
    // Before anything is opened: a daemon told to stop while it starts leaves no server behind.
    const stop = listenForStop((signal) => {
      logger.info(`${signal}: stopping`);
    });
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
    // A key that does not fit stops the daemon now, not every run to come.
    await cardTokenKey(config, database.pool).catch(async (error: unknown) => {
      await database.close();
      throw error;
    });
    const context: JobContext = {
      ...{ config, logger, clock: systemClock, database, ...stop },
      trigger: "schedule",
    };
    const schedules = SCHEDULED_JOBS.map((job) =>
      runWhenDue(
        {
          ...{ name: job.name, cron: job.cron(config), timezone: config.timezone },
          catchUp: job.catchUp(config),
          run: (slot) => runFor({ ...context, slot }, job),
        },
        context,
      ),
    );
    const watch = keepWatch(context);

    await aborted(stop.stopping);
    await watch.end();
    await Promise.all(schedules.map((schedule) => schedule.end()));
    await database.close();
    logger.info("stopped");
    return EXIT_CODES.done;
  } catch (error) {
    logError(logger, error);
    return error instanceof TillhouseError ? error.exitCode : EXIT_CODES.failed;
  }
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
