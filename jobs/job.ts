import type { Config } from "../src/config/loadConfig.ts";
import type { Database } from "../src/database/openDatabase.ts";
import type { Clock } from "../src/lib/clock.ts";
import type { Progress } from "../src/ingestion/progress.ts";
import type { StartThread } from "../src/ingestion/threads/startThread.ts";
import { asDatabaseError } from "../src/database/databaseErrors.ts";
import { passesSoon, TillhouseError } from "../src/lib/errors.ts";
import type { Logger } from "../src/lib/logger.ts";
import { publicCode, publicMessage } from "../src/lib/publicError.ts";
import type { DueSlot } from "../src/runs/dueSlot.ts";
import { Retries } from "../src/runs/retries.ts";
import { startRun, statusOf, type RunLog } from "../src/runs/runLog.ts";
import { takeRunLock, type RunLock } from "../src/runs/runLock.ts";
import { noteIfDistributedSince, unlessDistributedSince } from "./distributedSince.ts";
import { lockOf } from "./jobNames.ts";

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
  /** The due time that a run is for, if any. */
  readonly slot?: DueSlot;
  /** How loader threads are started, where it is not as usual. */
  readonly startThread?: StartThread;
  /** Told after each committed chunk; for a display. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What a run was asked for, as it is logged. */
export type RunParameters = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** How a run ended. */
export interface JobReport {
  readonly runId: number;
  /** The first error that some of it failed by, or all; undefined when none did. */
  readonly failure: unknown;
  /** What is worth a line in the log. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** A run that holds its lock. */
export interface HeldRun {
  readonly run: RunLog;
  readonly lock: RunLock;
  /** To be told whenever work is committed: a run that gets on is given new patience. */
  readonly progressed: () => void;
}

/**
 * Runs a job's work as one logged run, under the lock that all runs take which change anything; one that only reads has its own. A failure that passes, such as a database that
 * restarts, ends an attempt and not the run: `work` is called again, for what is left, until RETRY_MS have gone by
 * without anything done. How the run ended is logged, whatever happened; `work` says by its result when some of it failed
 * though the run went on.
 *
 * @throws TillhouseError `run_locked` when another process holds the lock, `slot_taken` and `slot_given_up` when the due time
 *   that it is for is not to be run for, and what `work` throws
 */
export async function asRun<T extends { failure: unknown }>(
  job: string,
  parameters: RunParameters,
  context: JobContext,
  work: (held: HeldRun) => Promise<T>,
): Promise<T> {
  const { config, database, clock, logger, stopping } = context;
  const retries = new Retries({
    ...{ retryMs: config.retryMs, clock, stopping },
    onPause: (failure, pauseMs) => {
      logger.warn(`${failure.message} Trying again in ${(pauseMs / 1000).toFixed(1)} s.`, {
        code: failure.code,
      });
    },
  });
  let lock: RunLock | undefined;
  let run: RunLog | undefined;
  let result: T | undefined;
  let isFirst = true;

  const attempt = async (): Promise<T> => {
    await database.revive();
    // The work was done, and its end noted, though the answer to that was lost. Asked only then: a loader that was cut off
    // in the middle of a chunk holds the run's row, until the lock is taken.
    if (result !== undefined && result.failure === undefined && (await run?.resume()) === false)
      return result;
    if (lock?.isHeld === true) await lock.renew(clock.now());
    else lock = await takeLock(context, job, isFirst);
    await noteIfDistributedSince(database.pool);
    if (run === undefined) run = await startRun({ ...context, job, parameters, lockName: lock.name });
    // Under the lock once more: while it was not held, another run may have taken this one for dead.
    else await run.resume();
    result = await work({
      run,
      lock,
      progressed: () => {
        retries.progressed();
      },
    });
    if (result.failure === undefined) await run.finish("succeeded");
    return result;
  };
  const end = async (failure: unknown): Promise<void> => {
    await run?.finish(statusOf(failure), failure).catch((problem: unknown) => {
      logger.warn("the run's end could not be noted; the next run will mark it", {
        problem: publicMessage(problem),
      });
    });
  };

  try {
    for (;;) {
      const attempted = await attempt().then(
        (done) => ({ done, failure: done.failure }),
        (error: unknown) => ({ done: undefined, failure: asDatabaseError(error) }),
      );
      const ended = {
        ...attempted,
        failure: await unlessDistributedSince(attempted.failure, database.pool),
      };
      if (ended.failure === undefined && ended.done !== undefined) return ended.done;
      isFirst = false;
      if (await retries.another(ended.failure)) continue;
      const failure = stopping.aborted ? whyStopped(ended.failure, stopping.reason) : ended.failure;
      await end(failure);
      if (ended.done === undefined) throw failure;
      if (failure !== ended.failure || passesSoon(failure))
        logger.error(publicMessage(failure), { code: publicCode(failure) });
      return { ...ended.done, failure };
    }
  } finally {
    await lock?.release();
  }
}

/** An error for a run that finds the warehouse taken. */
export function runLocked(): TillhouseError {
  return new TillhouseError(
    "run_locked",
    "Another run is at work on this database. Try again when it has ended: npm run runs",
  );
}

/** @throws TillhouseError `run_locked`; in later attempts, since it may be this run's own lock, what makes it try again */
async function takeLock({ database, clock }: JobContext, job: string, isFirst: boolean): Promise<RunLock> {
  const lock = await takeRunLock(database.entry, lockOf(job), clock.now());
  if (lock !== undefined) return lock;
  if (isFirst) throw runLocked();
  throw new TillhouseError(
    "database_busy",
    "Its lock is held by another run, or still by a session of this one that was cut off.",
  );
}

/** What a run that was told to stop failed by: by a time limit, if that is what told it. */
function whyStopped(failure: unknown, reason: unknown): unknown {
  const isStopped = failure instanceof TillhouseError && failure.code === "run_stopped";
  if (!isStopped && !passesSoon(failure)) return failure;
  if (reason instanceof TillhouseError) return reason;
  if (isStopped) return failure;
  const message = `Stopped while it was to try again: ${failure.message}`;
  return new TillhouseError("run_stopped", message, {}, failure);
}
