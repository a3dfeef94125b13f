import { jobNamed, type ScheduledJob } from "../../jobs/scheduledJobs.ts";
import type { JobReport } from "../../jobs/job.ts";
import type { Database } from "../database/openDatabase.ts";
import { EXIT_CODES } from "../lib/knownErrors.ts";
import { publicCode, publicMessage } from "../lib/publicError.ts";
import { statusOf } from "../runs/runLog.ts";
import { commandContext } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";
import { runByHand } from "./runByHand.ts";

/** `job`: one run of a job that the daemon runs, by hand. */
export async function jobCommand(name: string, { json }: { json?: boolean }): Promise<void> {
  const job = jobNamed(name);
  await runByHand(commandContext(), "load", "stopping", async (context) => {
    const report = await job.run(context);
    await printReport(job, report, await stepsOf(context.database, report), json === true);
  });
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
