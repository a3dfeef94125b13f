import { schedule, type Logger as CronLogger } from "node-cron";
import { ingest, ingestJob } from "../jobs/ingest.ts";
import { statusOfReport } from "../jobs/ingestReport.ts";
import type { JobContext } from "../jobs/job.ts";
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
    const context = (): JobContext => ({
      config,
      logger,
      clock: systemClock,
      database,
      ...stop,
      trigger: "schedule",
    });

    let working: Promise<void> | undefined;
    const tick = async (): Promise<void> => {
      try {
        await ingestOnce(context());
      } catch (error) {
        logError(logger, error);
      }
    };
    const task = schedule(
      ingestJob.cron(config),
      () => {
        working ??= tick().finally(() => {
          working = undefined;
        });
        return working;
      },
      { name: ingestJob.name, timezone: config.timezone, logger: cronLogger(logger) },
    );
    logger.info("waiting for the next run", {
      job: ingestJob.name,
      cron: config.ingestCron,
      next: task.getNextRun()?.toISOString(),
    });

    await aborted(stop.stopping);
    await task.destroy();
    await working;
    await database.close();
    logger.info("stopped");
    return EXIT_CODES.done;
  } catch (error) {
    logError(logger, error);
    return error instanceof TillhouseError ? error.exitCode : EXIT_CODES.failed;
  }
}

/** What node-cron has to say, such as a run missed while the machine slept, goes where everything else does. */
function cronLogger(logger: Logger): CronLogger {
  const textOf = (message: string | Error): string =>
    typeof message === "string" ? message : message.message;
  return {
    info: (message) => {
      logger.info(message);
    },
    warn: (message) => {
      logger.warn(message);
    },
    error: (message) => {
      logger.error(textOf(message));
    },
    debug: (message) => {
      logger.debug(textOf(message));
    },
  };
}

async function ingestOnce(context: JobContext): Promise<void> {
  const { logger } = context;
  try {
    const report = await ingest(context, { files: [] });
    const read = report.files.filter((file) => file.status !== "unchanged");
    logger.info("run ended", {
      run: report.runId,
      status: statusOfReport(report),
      files: read.length,
      loaded: read.reduce((sum, file) => sum + file.outcomes.loaded, 0),
      rejected: read.reduce((sum, file) => sum + file.outcomes.rejected, 0),
      resolved: report.resolved,
      duration_ms: Math.round(report.durationMs),
    });
  } catch (error) {
    if (!(error instanceof TillhouseError && error.code === "run_locked")) throw error;
    logger.info("skipped: another run is at work");
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
