import { WAREHOUSE } from "../src/runs/runLock.ts";

/** What runs are logged under, and what a schedule is of; those that others ask for by name. */
export const INGEST = "ingest";
export const REPLAY = "replay";
export const VERIFY = "verify";
export const FRESHNESS = "freshness";
export const CHECKS = "checks";
export const RETENTION = "retention";

/** They change nothing but what is kept of their own findings. */
const READING: readonly string[] = [VERIFY, FRESHNESS, CHECKS];

/** Name of the lock that a job runs under: of those that only read, each has its own, so no load waits for one. */
export function lockOf(job: string): string {
  return READING.includes(job) ? job : WAREHOUSE;
}
