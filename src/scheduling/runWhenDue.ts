import { schedule, type Logger as CronLogger } from "node-cron";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { publicMessage } from "../lib/publicError.ts";
import { cronTimes } from "./cronTimes.ts";
import { plan, wasClockWrong } from "./plan.ts";

/** A beat that was lost costs no more than this. */
const LOOK_AGAIN_MS = 5_000;
/** Later than that a run is late. */
const LATE_MS = 60_000;

export interface DueJob {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  /** One run. */
  readonly run: () => Promise<void>;
}

interface ScheduleOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lookAgainMs?: number;
}

/** A job that is run whenever it is due. */
export interface Schedule {
  /** Begins no run any more, and waits for the one at work. */
  end(): Promise<void>;
}

/**
 * Runs a job whenever it is due, one run at a time; a due time that comes while it is at work is run for afterwards. node-cron
 * gives the beat and no more: it forgets a time that it is late for by a second, or that a clock change skips. So there is
 * looked every few seconds as well, which costs a comparison.
 */
export function runWhenDue(
  { name, cron, timezone, run }: DueJob,
  { clock, logger, lookAgainMs = LOOK_AGAIN_MS }: ScheduleOptions,
): Schedule {
  const times = cronTimes(cron, timezone);
  let accountedThrough = clock.now();
  let next = times.next(accountedThrough)?.at;
  let working: Promise<void> | undefined;
  let workedUntil = accountedThrough;

  const look = (): void => {
    const now = clock.now();
    if (working !== undefined) return;
    if (wasClockWrong(accountedThrough, now)) {
      logger.warn("the clock was set back; due times go by it from here on", {
        job: name,
        now: now.toISOString(),
      });
    } else if (next === undefined || now < next) return;
    const planned = plan(times, accountedThrough, now);
    ({ accountedThrough } = planned);
    next = times.next(accountedThrough)?.at;
    const { due, passed } = planned;
    if (passed !== undefined && passed.last > workedUntil) {
      const range = { first: passed.first.toISOString(), last: passed.last.toISOString() };
      logger.warn("due times were missed; one run does for all", {
        job: name,
        times: passed.times,
        ...range,
      });
    }
    if (due === undefined) return;
    if (due > workedUntil && now.getTime() - due.getTime() > LATE_MS)
      logger.warn("a run is late: a machine was asleep, or a process paused", {
        job: name,
        due: due.toISOString(),
      });
    working = run()
      .catch((error: unknown) => {
        logger.error(publicMessage(error), { job: name });
      })
      .finally(() => {
        workedUntil = clock.now();
        working = undefined;
      });
  };
  const beat = schedule(cron, look, {
    name,
    timezone,
    logger: cronLogger(logger),
    suppressMissedWarning: true,
  });
  const again = setInterval(look, lookAgainMs);

  logger.info("waiting for the next run", { job: name, next: next?.toISOString() });
  return {
    end: async () => {
      clearInterval(again);
      await beat.destroy();
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
