import { hostname } from "node:os";
import type pg from "pg";
import type { RunStatus } from "../database/generated/enums.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import type { Clock } from "../lib/clock.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { publicCode, publicMessage } from "../lib/publicError.ts";
import { MOST_ATTEMPTS, slotOutcome, type DueSlot } from "./dueSlot.ts";
import { RUN_DURATION_BOUNDS } from "./runDurations.ts";

const markKilledRunsSql = sqlFile(new URL("./markKilledRuns.sql", import.meta.url));
const startRunSql = sqlFile(new URL("./startRun.sql", import.meta.url));
const startStep = sqlFile(new URL("./startStep.sql", import.meta.url));
const finishStep = sqlFile(new URL("./finishStep.sql", import.meta.url));
const resumeRun = sqlFile(new URL("./resumeRun.sql", import.meta.url));
const finishRun = sqlFile(new URL("./finishRun.sql", import.meta.url));

/** What a step leaves in the log besides its time. */
export type StepCounts = Record<string, number | string>;

/** One execution of a job, as it is being logged. */
export interface RunLog {
  readonly runId: number;
  /** Runs one named, timed part; its counts are kept, and its error too before it is thrown on. */
  step<T>(name: string, work: () => Promise<T>, counts?: (result: T) => StepCounts): Promise<T>;
  /**
   * Goes on after a failure, in the same run, by a process that holds its lock again.
   *
   * @returns whether there is anything left to do: false when the run's end was noted after all
   * @throws TillhouseError `run_lock_lost` when another process has taken the run for dead meanwhile
   */
  resume(): Promise<boolean>;
  /**
   * Ends the run.
   *
   * @throws TillhouseError `run_lock_lost` when another process has taken the run for dead
   */
  finish(status: Exclude<RunStatus, "running" | "killed" | "undone">, error?: unknown): Promise<void>;
}

interface StartOptions {
  /** Its pool may become another one while the run goes on. */
  readonly database: { readonly pool: pg.Pool };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly job: string;
  readonly trigger: "manual" | "schedule";
  /** Name of the lock that it holds. */
  readonly lockName: string;
  /** The due time that it is for, if any. */
  readonly slot?: DueSlot | undefined;
  readonly parameters: Record<string, string | number | boolean | readonly string[]>;
}

/**
 * Starts the log of a run. The caller holds its lock, so every other run of that lock that is open is dead.
 *
 * @throws TillhouseError `slot_taken` when another process has run for the due time, or nobody is to run for it now;
 *   `slot_given_up` when runs for it died again and again
 */
export async function startRun(options: StartOptions): Promise<RunLog> {
  const { database, clock, logger, job, trigger, lockName, slot, parameters } = options;
  const now = (): string => clock.now().toISOString();
  await markKilledRuns(options);
  const started = await startRunSql.run<{
    run_id: number | null;
    attempts: number | null;
    is_given_up: boolean;
  }>(database.pool, {
    job,
    trigger,
    lock_name: lockName,
    parameters: JSON.stringify(parameters),
    due_at: slot?.dueAt.toISOString() ?? null,
    does_for_earlier: slot?.doesForEarlier ?? false,
    most_attempts: MOST_ATTEMPTS,
    now: now(),
    process: `${hostname()}:${process.pid}`,
  });
  const { run_id: runId, attempts, is_given_up: isGivenUp } = onlyRow(started);
  if (runId === null) throw notBegun(job, slot, isGivenUp);
  let stepNumber = 0;

  return {
    runId,
    step: async (name, work, counts) => {
      stepNumber += 1;
      const key = { run_id: runId, step_number: stepNumber };
      const startedMs = clock.monotonicMs();
      await startStep.run(database.pool, { ...key, name, now: now() });
      const end = async (
        status: RunStatus,
        counted: StepCounts,
        errorMessage: string | null,
      ): Promise<void> => {
        await finishStep.run(database.pool, {
          ...key,
          status,
          now: now(),
          duration_ms: Math.round(clock.monotonicMs() - startedMs),
          counts: JSON.stringify(counted),
          error_message: errorMessage,
        });
      };
      try {
        const result = await work();
        await end("succeeded", counts?.(result) ?? {}, null);
        return result;
      } catch (error) {
        // The first error is the one to report; that its note fails as well (the database is gone) is no news.
        const noted = end(statusOf(error), {}, publicMessage(error));
        await noted.catch((problem: unknown) => {
          logger.debug("a step's end could not be noted", { problem: publicMessage(problem) });
        });
        throw error;
      }
    },
    resume: async () => {
      const resumed = await resumeRun.run<{ status: RunStatus }>(database.pool, {
        run_id: runId,
        now: now(),
        error_message: "It was broken off; the run went on.",
      });
      const { status } = onlyRow(resumed);
      if (status === "killed") throw takenForDead();
      return status === "running";
    },
    finish: async (status, error) => {
      const outcome = slotOutcome(status, error, attempts ?? 1, clock.now());
      const { rowCount } = await finishRun.run(database.pool, {
        run_id: runId,
        status,
        now: now(),
        slot_state: outcome.state,
        not_before: outcome.notBefore?.toISOString() ?? null,
        duration_bounds: RUN_DURATION_BOUNDS,
        error_code: error === undefined ? null : publicCode(error),
        error_message: error === undefined ? null : publicMessage(error),
      });
      if (rowCount !== 1) throw takenForDead();
    },
  };
}

function notBegun(job: string, slot: DueSlot | undefined, isGivenUp: boolean): TillhouseError {
  const due = slot?.dueAt.toISOString() ?? "";
  if (isGivenUp)
    return new TillhouseError(
      "slot_given_up",
      `${MOST_ATTEMPTS} runs of ${job} that was due at ${due} died or failed; no further one is begun for it. See: npm run runs`,
      { job, due },
    );
  return new TillhouseError("slot_taken", `${job} that was due at ${due} is not to be run for now.`, {
    job,
    due,
  });
}

function takenForDead(): TillhouseError {
  return new TillhouseError(
    "run_lock_lost",
    "Another run has taken over while this one was cut off. What this one had committed stands; the other goes on from there.",
  );
}

/** A run that still says it runs, while nobody can: it was killed. */
async function markKilledRuns({ database, clock, logger, lockName }: StartOptions): Promise<void> {
  const values = {
    ...{ now: clock.now().toISOString(), lock_name: lockName },
    duration_bounds: RUN_DURATION_BOUNDS,
  };
  const { rows: dead } = await markKilledRunsSql.run<{ run_id: number }>(database.pool, values);
  if (dead.length === 0) return;
  logger.warn("an earlier run was killed; its work goes on", { runs: dead.map((run) => run.run_id) });
}

/** How a run that ended by this error is logged. */
export function statusOf(error: unknown): "failed" | "stopped" {
  return error instanceof TillhouseError && error.code === "run_stopped" ? "stopped" : "failed";
}
