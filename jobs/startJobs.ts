import { keepWatch, type WatchBeats } from "../src/scheduling/alerts/keepWatch.ts";
import { runWhenDue, type Schedule, type ScheduleBeats } from "../src/scheduling/runWhenDue.ts";
import type { JobContext } from "./job.ts";
import { runFor, SCHEDULED_JOBS } from "./scheduledJobs.ts";

/** The jobs of a daemon, and what looks after its alerts. */
export interface RunningJobs {
  readonly schedules: readonly Schedule[];
  /** Once the context says stop: waits for what is at work. */
  end(): Promise<void>;
}

/** Runs every job whenever it is due, and looks for what is wrong, until the context says stop. */
export function startJobs(context: JobContext, beats: ScheduleBeats & WatchBeats = {}): RunningJobs {
  const { config } = context;
  const schedules = SCHEDULED_JOBS.map((job) =>
    runWhenDue(
      {
        ...{ name: job.name, cron: job.cron(config), timezone: config.timezone },
        catchUp: job.catchUp(config),
        run: (slot) => runFor({ ...context, slot }, job),
      },
      { ...context, ...beats },
    ),
  );
  const watch = keepWatch({ ...context, ...beats });
  return {
    schedules,
    end: async () => {
      await watch.end();
      await Promise.all(schedules.map((schedule) => schedule.end()));
    },
  };
}
