import type { CatchUp } from "../src/config/catchUp.ts";
import type { Config } from "../src/config/loadConfig.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import { publicMessage } from "../src/lib/publicError.ts";
import type { RunEnd } from "../src/scheduling/runWhenDue.ts";
import type { JobContext } from "./job.ts";
import { INGEST } from "./jobNames.ts";

/** A job that the daemon runs. */
export interface ScheduledJob {
  /** As runs are logged under. */
  readonly name: string;
  /** When, as a cron expression in TIMEZONE. */
  readonly cron: (config: Config) => string;
  /** What is done about due times that nobody ran for in time. */
  readonly catchUp: (config: Config) => CatchUp;
  /** One run, logged. Throws what the job throws; its code is loaded by the first one. */
  readonly run: (context: JobContext) => Promise<"succeeded" | "failed">;
}

export const SCHEDULED_JOBS: readonly ScheduledJob[] = [
  {
    // Loads what is new: stores, then devices, then transactions, and what waited for them.
    name: INGEST,
    cron: (config) => config.ingestCron,
    catchUp: (config) => config.ingestCatchUp,
    run: async (context) => (await import("./scheduledIngest.ts")).scheduledIngest(context),
  },
];

/** One run of a job for a due time. What the job throws is logged, unless it only says that nobody is to run now. */
export async function runFor(context: JobContext, { run }: Pick<ScheduledJob, "run">): Promise<RunEnd> {
  try {
    return await run(context);
  } catch (error) {
    const code = error instanceof TillhouseError ? error.code : "unexpected";
    if (code === "run_locked") return "locked";
    if (code === "slot_taken") return "taken";
    context.logger.error(publicMessage(error), { code });
    return "failed";
  }
}
