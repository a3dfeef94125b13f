import type { Config } from "../src/config/loadConfig.ts";

/** A job that the daemon runs. */
export interface ScheduledJob {
  /** As runs are logged under. */
  readonly name: string;
  /** When, as a cron expression in TIMEZONE. */
  readonly cron: (config: Config) => string;
}

/** Loads what is new: stores, then devices, then transactions, and what waited for them. */
export const ingestJob: ScheduledJob = { name: "ingest", cron: (config) => config.ingestCron };

export const SCHEDULED_JOBS: readonly ScheduledJob[] = [ingestJob];
