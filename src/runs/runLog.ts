import { hostname } from "node:os";
import type { PrismaClient } from "../database/generated/client.ts";
import type { RunStatus } from "../database/generated/enums.ts";
import type { Clock } from "../lib/clock.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";

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
  readonly prisma: PrismaClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly job: string;
  readonly trigger: "manual" | "schedule";
  readonly parameters: Record<string, string | number | boolean | readonly string[]>;
}

/** Starts the log of a run. The caller holds the warehouse lock, so every other run of the job that is open is dead. */
export async function startRun(options: StartOptions): Promise<RunLog> {
  const { prisma, clock, logger, job, trigger, parameters } = options;
  await markKilledRuns(options);
  const now = clock.now();
  const { runId } = await prisma.run.create({
    data: {
      job,
      trigger,
      parameters: parameters as Record<string, string>,
      startedAt: now,
      heartbeatAt: now,
      process: `${hostname()}:${process.pid}`,
    },
    select: { runId: true },
  });
  let stepNumber = 0;

  return {
    runId,
    step: async (name, work, counts) => {
      stepNumber += 1;
      const key = { runId, stepNumber };
      const started = clock.monotonicMs();
      await prisma.runStep.create({ data: { ...key, name, startedAt: clock.now() } });
      const end = async (
        status: RunStatus,
        data: { counts?: StepCounts; errorMessage?: string },
      ): Promise<void> => {
        await prisma.runStep.update({
          where: { runId_stepNumber: key },
          data: {
            status,
            finishedAt: clock.now(),
            durationMs: Math.round(clock.monotonicMs() - started),
            ...data,
          },
        });
      };
      try {
        const result = await work();
        await end("succeeded", counts === undefined ? {} : { counts: counts(result) });
        return result;
      } catch (error) {
        // The first error is the one to report; that its note fails as well (the database is gone) is no news.
        const noted = end(statusOf(error), { errorMessage: publicMessage(error) });
        await noted.catch((problem: unknown) => {
          logger.debug("a step's end could not be noted", { problem: publicMessage(problem) });
        });
        throw error;
      }
    },
    finish: async (status, error) => {
      const reached = await prisma.watermark.findUnique({ where: { source: "transactions" } });
      await prisma.run.update({
        where: { runId },
        data: {
          status,
          watermark: reached?.watermark ?? null,
          finishedAt: clock.now(),
          ...(error === undefined
            ? {}
            : { errorCode: publicCode(error), errorMessage: publicMessage(error) }),
        },
      });
    },
  };
}

/** A run that still says it runs, while nobody can: it was killed. */
async function markKilledRuns({ prisma, clock, job, logger }: StartOptions): Promise<void> {
  const dead = await prisma.run.findMany({ where: { job, status: "running" }, select: { runId: true } });
  if (dead.length === 0) return;
  const runIds = dead.map((run) => run.runId);
  const finishedAt = clock.now();
  await prisma.$transaction([
    prisma.runStep.updateMany({
      where: { runId: { in: runIds }, status: "running" },
      data: { status: "killed", finishedAt },
    }),
    prisma.run.updateMany({
      where: { runId: { in: runIds } },
      data: {
        status: "killed",
        finishedAt,
        errorCode: "run_killed",
        errorMessage: "The process died; its committed chunks stand.",
      },
    }),
  ]);
  logger.warn("an earlier run was killed; its work goes on", { runs: runIds });
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
