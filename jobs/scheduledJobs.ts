import type { CatchUp } from "../src/config/catchUp.ts";
import type { Config } from "../src/config/loadConfig.ts";
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
