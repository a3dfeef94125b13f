import { loadConfig } from "../config/loadConfig.ts";
import { systemClock } from "../lib/clock.ts";
import { SCHEDULED_JOBS } from "../../jobs/scheduledJobs.ts";
import { cronTimes, type DueTime } from "../scheduling/cronTimes.ts";
import { print, printJson, printTable } from "./output.ts";

export interface ScheduleOptions {
  readonly json?: boolean;
  /** How many due times of each job. */
  readonly limit: number;
}

/** `schedule`: when each job is due next, and which of those times a clock change skips or repeats. Asks no database. */
export async function scheduleCommand({ json, limit }: ScheduleOptions): Promise<void> {
  const config = loadConfig();
  const { timezone } = config;
  const now = systemClock.now();
  const jobs = SCHEDULED_JOBS.map((job) => {
    const cron = job.cron(config);
    const times = cronTimes(cron, timezone);
    return { job: job.name, cron, times, next: nextOf(times.between(now, FAR_AWAY), limit) };
  });
  if (json === true) {
    printJson({
      jobs: jobs.map(({ job, cron, times, next }) => ({
        job,
        cron,
        timezone,
        next: next.map((due) => ({
          at: due.at,
          local: times.wallClock(due.at),
          clocks: due.isSkipped ? "skipped" : due.isRepeated ? "repeated" : null,
        })),
      })),
    });
    return;
  }
  for (const { job, cron, times, next } of jobs) {
    print(`${job}: ${cron} in ${timezone}`);
    if (next.length === 0) print("It is not due within 40 years.");
    else
      await printTable(
        ["local time", "UTC", ""],
        next.map((due) => [times.wallClock(due.at), due.at.toISOString().replace(".000", ""), remarkOf(due)]),
      );
  }
}

const FAR_AWAY = new Date("9999-12-31");

function nextOf(times: Iterable<DueTime>, limit: number): DueTime[] {
  const next: DueTime[] = [];
  for (const due of times) {
    if (next.length === limit) break;
    next.push(due);
  }
  return next;
}

function remarkOf({ isSkipped, isRepeated }: DueTime): string | null {
  if (isSkipped) return "the clocks skip its time: due when they do";
  return isRepeated ? "the clocks show it twice" : null;
}
