import type { Config } from "../src/config/loadConfig.ts";
import { cronTimes, type CronTimes, type DueTime } from "../src/scheduling/cronTimes.ts";
import type { JobSchedule, ScheduleStanding } from "../src/scheduling/jobSchedules.ts";
import { SCHEDULED_JOBS, type ScheduledJob } from "./scheduledJobs.ts";

/** A job with its next due times, and how it stands. */
export interface JobPlan extends JobSchedule {
  readonly times: CronTimes;
  readonly next: readonly DueTime[];
  /** Undefined where no daemon has run it, or the database could not be asked. */
  readonly standing: ScheduleStanding | undefined;
}

const FAR_AWAY = new Date("9999-12-31");

/** Every scheduled job, with the next `limit` times that it is due from `now` on. */
export function jobPlans(
  config: Config,
  standings: readonly ScheduleStanding[] | undefined,
  now: Date,
  limit: number,
): JobPlan[] {
  return SCHEDULED_JOBS.map((job) => {
    const schedule = scheduleOf(job, config);
    const times = cronTimes(schedule.cron, schedule.timezone);
    const next = nextOf(times.between(now, FAR_AWAY), limit);
    return { ...schedule, times, next, standing: standings?.find((one) => one.job === job.name) };
  });
}

export function scheduleOf(job: ScheduledJob, config: Config): JobSchedule {
  return { name: job.name, cron: job.cron(config), timezone: config.timezone };
}

function nextOf(times: Iterable<DueTime>, limit: number): DueTime[] {
  const next: DueTime[] = [];
  for (const due of times) {
    if (next.length === limit) break;
    next.push(due);
  }
  return next;
}
