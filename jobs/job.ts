import type { Config } from "../src/config/loadConfig.ts";
import type { Database } from "../src/database/openDatabase.ts";
import type { Clock } from "../src/lib/clock.ts";
import type { Progress } from "../src/ingestion/progress.ts";
import type { StartThread } from "../src/ingestion/threads/startThread.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import type { Logger } from "../src/lib/logger.ts";
import { startRun, statusOf, type RunLog } from "../src/runs/runLog.ts";
import { takeWarehouseLock, type WarehouseLock } from "../src/runs/warehouseLock.ts";

/** What every job is handed. */
export interface JobContext {
  readonly config: Config;
  readonly database: Database;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Asked to stop: end with the chunk in hand finished. */
  readonly stopping: AbortSignal;
  /** Out of patience: break off, roll back. */
  readonly breakingOff: AbortSignal;
  readonly trigger: "manual" | "schedule";
  /** How loader threads are started, where it is not as usual. */
  readonly startThread?: StartThread;
  /** Told after each committed chunk; for a display. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A run that holds the warehouse. */
export interface HeldRun {
  readonly run: RunLog;
  readonly lock: WarehouseLock;
}

/**
 * Runs a job's work as one logged run, under the lock that all runs take. How the run ended is logged, whatever
 * happened; `work` says by its result when some of it failed though the run went on.
 *
 * @throws TillhouseError `run_locked` when another process holds the warehouse, and what `work` throws
 */
export async function asRun<T extends { failure: unknown }>(
  job: string,
  parameters: Record<string, string | number | boolean | readonly string[]>,
  context: JobContext,
  work: (held: HeldRun) => Promise<T>,
): Promise<T> {
  const { database, clock, logger, trigger } = context;
  const lock = await takeWarehouseLock(database.url, clock.now());
  if (lock === undefined) {
    throw new TillhouseError(
      "run_locked",
      "Another run is at work on this database. Try again when it has ended: npm run runs",
    );
  }
  try {
    const run = await startRun({ pool: database.pool, clock, logger, job, trigger, parameters });
    try {
      const result = await work({ run, lock });
      await run.finish(result.failure === undefined ? "succeeded" : statusOf(result.failure), result.failure);
      return result;
    } catch (error) {
      await run.finish(statusOf(error), error).catch((problem: unknown) => {
        logger.debug("the run's end could not be noted; the next run will mark it", {
          problem: String(problem),
        });
      });
      throw error;
    }
  } finally {
    await lock.release();
  }
}
