import { schedule, type Logger as CronLogger } from "node-cron";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { CronTimes } from "./cronTimes.ts";
import { plan } from "./plan.ts";

/** How often is looked whether anything is due. Looking costs no more than a comparison. */
const EVERY_SECOND = "* * * * * *";

export interface DueJob {
  readonly name: string;
  readonly times: CronTimes;
  /** One run; never rejects. */
  readonly run: () => Promise<void>;
}

/** A job that is run whenever it is due. */
export interface Schedule {
  /** Begins no run any more, and waits for the one at work. */
  end(): Promise<void>;
}

/**
 * Runs a job whenever it is due, one run at a time; a due time that comes while it is at work is run for afterwards. node-cron
 * gives the beat and no more: it forgets a time that it is late for by a second, or that a clock change skips.
 */
export function runWhenDue(
  { name, times, run }: DueJob,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Schedule {
  let accountedThrough = clock.now();
  let next = times.next(accountedThrough)?.at;
  let working: Promise<void> | undefined;
  let hasWorked = false;

  const beat = (): void => {
    const now = clock.now();
    if (working !== undefined || next === undefined || now < next) return;
    const planned = plan(times, accountedThrough, now);
    ({ accountedThrough } = planned);
    next = times.next(accountedThrough)?.at;
    if (planned.passed !== undefined) {
      const { first, last, times: passed } = planned.passed;
      const counted = { job: name, times: passed, first: first.toISOString(), last: last.toISOString() };
      if (hasWorked) logger.debug("due times that came during a run are one with the next", counted);
      else
        logger.warn(
          "due times were missed, by a machine asleep or a process paused; one run does for them",
          counted,
        );
    }
    hasWorked = false;
    if (planned.due === undefined) return;
    working = run().finally(() => {
      hasWorked = true;
      working = undefined;
    });
  };
  const task = schedule(EVERY_SECOND, beat, {
    name,
    timezone: "UTC",
    logger: cronLogger(logger),
    suppressMissedWarning: true,
  });

  logger.info("waiting for the next run", { job: name, next: next?.toISOString() });
  return {
    end: async () => {
      await task.destroy();
      await working;
    },
  };
}

/** What node-cron has to say goes where everything else does. */
function cronLogger(logger: Logger): CronLogger {
  const textOf = (message: string | Error): string =>
    typeof message === "string" ? message : message.message;
  return {
    info: (message) => {
      logger.info(message);
    },
    warn: (message) => {
      logger.warn(message);
    },
    error: (message) => {
      logger.error(textOf(message));
    },
    debug: (message) => {
      logger.debug(textOf(message));
    },
  };
}
