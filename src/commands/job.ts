import { SCHEDULED_JOBS, type ScheduledJob } from "../../jobs/scheduledJobs.ts";
import type { JobReport } from "../../jobs/job.ts";
import type { Database } from "../database/openDatabase.ts";
import { EXIT_CODES, TillhouseError } from "../lib/errors.ts";
import { publicCode, publicMessage } from "../lib/publicError.ts";
import { listenForStop } from "../lib/stopSignals.ts";
import { statusOf } from "../runs/runLog.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

/** @throws TillhouseError `usage_invalid`, naming the jobs that there are */
export function jobNamed(name: string): ScheduledJob {
  const job = SCHEDULED_JOBS.find((one) => one.name === name);
  if (job !== undefined) return job;
  const names = SCHEDULED_JOBS.map((one) => one.name).join(", ");
  throw new TillhouseError("usage_invalid", `No job is called ${JSON.stringify(name)}. There are: ${names}`);
}

/** `job`: one run of a job that the daemon runs, by hand. */
export async function jobCommand(name: string, { json }: { json?: boolean }): Promise<void> {
  const job = jobNamed(name);
  const context = commandContext();
  const stop = listenForStop((signal) => {
    context.logger.info(`${signal}: stopping`);
  });
  try {
    const work = async (database: Database): Promise<void> => {
      const report = await job.run({ ...context, ...stop, database, trigger: "manual" });
      await printReport(job, report, await stepsOf(database, report), json === true);
    };
    await withDatabase(context, "load", work, { stopping: stop.stopping });
  } finally {
    stop.release();
  }
}

interface Step {
  readonly name: string;
  readonly counts: unknown;
  readonly durationMs: number | null;
}

async function stepsOf(database: Database, { runId }: JobReport): Promise<readonly Step[]> {
  const prisma = await database.prisma();
  return prisma.runStep.findMany({
    where: { runId },
    orderBy: { stepNumber: "asc" },
    select: { name: true, counts: true, durationMs: true },
  });
}

async function printReport(
  { name }: ScheduledJob,
  { runId, failure }: JobReport,
  steps: readonly Step[],
  isJson: boolean,
): Promise<void> {
  const status = failure === undefined ? "succeeded" : statusOf(failure);
  if (failure !== undefined) process.exitCode = EXIT_CODES.failed;
  const error = failure === undefined ? null : { code: publicCode(failure), message: publicMessage(failure) };
  if (isJson) {
    printJson({
      ...{ run_id: runId, job: name, status },
      steps: steps.map((step) => ({ name: step.name, counts: step.counts, duration_ms: step.durationMs })),
      error,
    });
    return;
  }
  print(`Run ${runId} (${name}) ${status}`);
  await printTable(
    ["step", "counts", "seconds"],
    steps.map((step) => [step.name, countsText(step.counts), ((step.durationMs ?? 0) / 1000).toFixed(1)]),
  );
  if (error !== null) print(error.message);
}

function countsText(counts: unknown): string {
  return Object.entries(counts as Readonly<Record<string, unknown>>)
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(", ");
}
