import { hostname } from "node:os";
import type pg from "pg";
import type { RunStatus } from "../database/generated/enums.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import type { Clock } from "../lib/clock.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";

const markKilledRunsSql = sqlFile(new URL("./markKilledRuns.sql", import.meta.url));
const startRunSql = sqlFile(new URL("./startRun.sql", import.meta.url));
const startStep = sqlFile(new URL("./startStep.sql", import.meta.url));
const finishStep = sqlFile(new URL("./finishStep.sql", import.meta.url));
const finishRun = sqlFile(new URL("./finishRun.sql", import.meta.url));

/** What a step leaves in the log besides its time. */
export type StepCounts = Record<string, number | string>;

/** One execution of a job, as it is being logged. */
export interface RunLog {
  readonly runId: number;
  /** Runs one named, timed part; its counts are kept, and its error too before it is thrown on. */
  step<T>(name: string, work: () => Promise<T>, counts?: (result: T) => StepCounts): Promise<T>;
  /** Ends the run. */
  finish(status: Exclude<RunStatus, "running" | "killed">, error?: unknown): Promise<void>;
}

interface StartOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly job: string;
  readonly trigger: "manual" | "schedule";
  readonly parameters: Record<string, string | number | boolean | readonly string[]>;
}

/** Starts the log of a run. The caller holds the warehouse lock, so every other run of the job that is open is dead. */
export async function startRun(options: StartOptions): Promise<RunLog> {
  const { pool, clock, logger, job, trigger, parameters } = options;
  const now = (): string => clock.now().toISOString();
  await markKilledRuns(options);
  const started = await startRunSql.run<{ run_id: number }>(pool, {
    job,
    trigger,
    parameters: JSON.stringify(parameters),
    now: now(),
    process: `${hostname()}:${process.pid}`,
  });
  const runId = onlyRow(started).run_id;
  let stepNumber = 0;

  return {
    runId,
    step: async (name, work, counts) => {
      stepNumber += 1;
      const key = { run_id: runId, step_number: stepNumber };
      const startedMs = clock.monotonicMs();
      await startStep.run(pool, { ...key, name, now: now() });
      const end = async (
        status: RunStatus,
        counted: StepCounts,
        errorMessage: string | null,
      ): Promise<void> => {
        await finishStep.run(pool, {
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
    finish: async (status, error) => {
      await finishRun.run(pool, {
        run_id: runId,
        status,
        now: now(),
        error_code: error === undefined ? null : publicCode(error),
        error_message: error === undefined ? null : publicMessage(error),
      });
    },
  };
}

/** A run that still says it runs, while nobody can: it was killed. */
async function markKilledRuns({ pool, clock, job, logger }: StartOptions): Promise<void> {
  const values = { job, now: clock.now().toISOString() };
  const { rows: dead } = await markKilledRunsSql.run<{ run_id: number }>(pool, values);
  if (dead.length === 0) return;
  logger.warn("an earlier run was killed; its work goes on", { runs: dead.map((run) => run.run_id) });
}

/** How a run that ended by this error is logged. */
export function statusOf(error: unknown): "failed" | "stopped" {
  return error instanceof TillhouseError && error.code === "run_stopped" ? "stopped" : "failed";
}

/** A stable code for an error, of ours or of PostgreSQL. */
export function publicCode(error: unknown): string {
  if (error instanceof TillhouseError) return error.code;
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : "unexpected";
}

/**
 * What may be kept and shown of an error. Messages of our own are made for it. PostgreSQL's name tables, columns and
 * constraints, but may quote a value, so quoted and bracketed parts of foreign messages are left out.
 */
export function publicMessage(error: unknown): string {
  if (error instanceof TillhouseError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/[:=(]\s*"[^"]*"|\([^)]*\)=\([^)]*\)/g, " …").slice(0, 500);
}
