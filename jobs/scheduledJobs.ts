import type { CatchUp } from "../src/config/catchUp.ts";
import type { Config } from "../src/config/loadConfig.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import { publicCode, publicMessage } from "../src/lib/publicError.ts";
import { statusOf } from "../src/runs/runLog.ts";
import type { RunEnd } from "../src/scheduling/runWhenDue.ts";
import type { JobContext, JobReport } from "./job.ts";
import { FRESHNESS, INGEST, RETENTION, VERIFY } from "./jobNames.ts";
import { withTimeLimit } from "./timeLimit.ts";

/** A job that the daemon runs. */
export interface ScheduledJob {
  /** As runs are logged under. */
  readonly name: string;
  /** When, as a cron expression in TIMEZONE. */
  readonly cron: (config: Config) => string;
  /** What is done about due times that nobody ran for in time. */
  readonly catchUp: (config: Config) => CatchUp;
  /** How long a run may take, in minutes; 0: as long as it likes. */
  readonly timeLimitMin: (config: Config) => number;
  /** One run, logged. Throws what the job throws; its code is loaded by the first one. */
  readonly run: (context: JobContext) => Promise<JobReport>;
}

export const SCHEDULED_JOBS: readonly ScheduledJob[] = [
  {
    // Loads what is new: stores, then devices, then transactions, and what waited for them.
    name: INGEST,
    cron: (config) => config.ingestCron,
    catchUp: (config) => config.ingestCatchUp,
    timeLimitMin: (config) => config.ingestTimeLimitMin,
    run: async (context) => (await import("./scheduledIngest.ts")).scheduledIngest(context),
  },
  {
    // Recomputes from the facts all that is kept beside them, and runs the declared checks.
    name: VERIFY,
    cron: (config) => config.verifyCron,
    catchUp: () => "last",
    timeLimitMin: (config) => config.verifyTimeLimitMin,
    run: async (context) => (await import("./verify.ts")).verify(context),
  },
  {
    // Looks whether each source still brings something.
    name: FRESHNESS,
    cron: (config) => config.freshnessCron,
    catchUp: () => "last",
    timeLimitMin: (config) => config.freshnessTimeLimitMin,
    run: async (context) => (await import("./freshness.ts")).freshness(context),
  },
  {
    // Drops what is older than RETENTION_DAYS, and left-over staging.
    name: RETENTION,
    cron: (config) => config.retentionCron,
    catchUp: () => "last",
    timeLimitMin: (config) => config.retentionTimeLimitMin,
    run: async (context) => (await import("./retention.ts")).retention(context),
  },
];

/** @throws TillhouseError `usage_invalid`, naming the jobs that there are */
export function jobNamed(name: string): ScheduledJob {
  const job = SCHEDULED_JOBS.find((one) => one.name === name);
  if (job !== undefined) return job;
  const names = SCHEDULED_JOBS.map((one) => one.name).join(", ");
  throw new TillhouseError("usage_invalid", `No job is called ${JSON.stringify(name)}. There are: ${names}`);
}

/** One run of a job for a due time. What the job throws is logged, unless it only says that nobody is to run now. */
export async function runFor(
  context: JobContext,
  { name, run, timeLimitMin }: Pick<ScheduledJob, "name" | "run" | "timeLimitMin">,
): Promise<RunEnd> {
  const { clock, config, logger } = context;
  const started = clock.monotonicMs();
  try {
    const { runId, failure, counts } = await withTimeLimit(context, name, timeLimitMin(config), run);
    const isDone = failure === undefined;
    logger.info("run ended", {
      ...{ job: name, run: runId, status: isDone ? "succeeded" : statusOf(failure) },
      ...counts,
      ...(!isDone && { code: publicCode(failure), error: publicMessage(failure) }),
      duration_ms: Math.round(clock.monotonicMs() - started),
    });
    return isDone ? "succeeded" : "failed";
  } catch (error) {
    const code = error instanceof TillhouseError ? error.code : "unexpected";
    if (code === "run_locked") return "locked";
    if (code === "slot_taken") return "taken";
    logger.error(publicMessage(error), { job: name, code });
    return "failed";
  }
}
