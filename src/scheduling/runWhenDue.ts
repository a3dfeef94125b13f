import { schedule, type Logger as CronLogger } from "node-cron";
import type { CatchUp } from "../config/catchUp.ts";
import type { Database } from "../database/openDatabase.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { publicCode, publicMessage } from "../lib/publicError.ts";
import type { DueSlot } from "../runs/dueSlot.ts";
import type { JobState } from "../runs/jobState.ts";
import { cronTimes } from "./cronTimes.ts";
import { account, openSlots, type Accounted, type JobSchedule, type OpenSlot } from "./jobSchedules.ts";
import { IN_TIME_MS, wasClockWrong } from "./plan.ts";

/** A beat that was lost costs no more than this. */
const LOOK_AGAIN_MS = 5_000;
/** What another daemon left, or somebody resumed, is found within this. */
const ASK_AGAIN_MS = 30_000;
/** A clock that is hours behind for so long is right, and was wrong before. Until then it may be about to be set. */
const CLOCK_PATIENCE_MS = 300_000;

/** How a run for a due time went: `locked` is none, since another one is at work; `taken` is another process's. */
export type RunEnd = "succeeded" | "failed" | "locked" | "taken";

export interface DueJob extends JobSchedule {
  readonly catchUp: CatchUp;
  /** One run for a due time. Logs what it has to say. */
  readonly run: (slot: DueSlot) => Promise<RunEnd>;
}

interface ScheduleOptions extends ScheduleBeats {
  readonly database: Pick<Database, "pool" | "revive">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when no run is to be begun any more. */
  readonly stopping: AbortSignal;
}

/** How often what is done, and how long what is waited for, in milliseconds, where it is not as usual. */
export interface ScheduleBeats {
  readonly lookAgainMs?: number;
  readonly askAgainMs?: number;
  readonly clockPatienceMs?: number;
}

/** A job that is run whenever it is due. */
export interface Schedule {
  state(): JobState;
  /** Begins no run any more, and waits for the one at work. */
  end(): Promise<void>;
}

/**
 * Runs a job whenever it is due, one run at a time. Its due times are kept in the database: what was missed while no daemon was
 * up is caught up, and of many daemons one runs for each. node-cron gives the beat and no more: it forgets a time that it is
 * late for by a second, or that a clock change skips. So there is looked every few seconds as well, which costs a comparison;
 * the database is asked when something is due, and now and then for what another daemon left.
 */
export function runWhenDue(job: DueJob, options: ScheduleOptions): Schedule {
  const { name, cron, timezone, catchUp, run } = job;
  const { database, clock, logger, stopping } = options;
  const { lookAgainMs = LOOK_AGAIN_MS, askAgainMs = ASK_AGAIN_MS } = options;
  const { clockPatienceMs = CLOCK_PATIENCE_MS } = options;
  let times = cronTimes(cron, timezone);
  let by: JobSchedule = job;
  let accountedThrough: Date | undefined;
  let next: Date | undefined;
  let behindSinceMs: number | undefined;
  let askAtMs = 0;
  let isAway = false;
  let isPaused = false;
  /** A due time waits: for another run to end, to be tried again, or since its run's end could not be noted. */
  let waitingSince: Date | undefined;
  let runningSince: Date | undefined;
  let waitsForOther: number | undefined;
  let working: Promise<void> | undefined;
  let workedUntil = clock.now();

  /** Whether the clock has been far behind what was accounted for, and for long. */
  const isClockSure = (now: Date): boolean => {
    if (accountedThrough === undefined || !wasClockWrong(accountedThrough, now)) {
      behindSinceMs = undefined;
      return false;
    }
    behindSinceMs ??= clock.monotonicMs();
    return clock.monotonicMs() - behindSinceMs >= clockPatienceMs;
  };

  const noteWaiting = (isWaiting: boolean): void => {
    waitingSince = isWaiting ? (waitingSince ?? clock.now()) : undefined;
  };

  const look = (): void => {
    if (working !== undefined || stopping.aborted) return;
    const now = clock.now();
    const isSure = isClockSure(now);
    const isDue = accountedThrough === undefined || isSure || (next !== undefined && now >= next);
    if (!isDue && clock.monotonicMs() < askAtMs) return;
    const isNeeded = isDue || waitingSince !== undefined;
    working = work({ isDue, isSure, isNeeded })
      .catch((error: unknown) => {
        // Asked in between, it may well be away: somebody has stopped the embedded server, and nothing is due.
        const level = isAway || !isNeeded ? "debug" : "error";
        isAway = isAway || isNeeded;
        logger[level](`due times cannot be asked for; looking again. ${publicMessage(error)}`, {
          job: name,
          code: publicCode(error),
        });
      })
      .finally(() => {
        working = undefined;
      });
  };

  const work = async (why: { isDue: boolean; isSure: boolean; isNeeded: boolean }): Promise<void> => {
    askAtMs = clock.monotonicMs() + askAgainMs;
    if (why.isNeeded) await database.revive();
    if (why.isDue || isPaused) await accountForDueTimes(why.isSure);
    while (!stopping.aborted) {
      const dueAt = await nextSlot();
      if (isAway) logger.info("the database is back", { job: name });
      isAway = false;
      if (dueAt === undefined) return;
      runningSince = clock.now();
      const end = await run({ dueAt, doesForEarlier: catchUp !== "all" }).finally(() => {
        runningSince = undefined;
      });
      // One that has run, in vain, waits from now on; one that could not, as before.
      if (end === "failed") waitingSince = undefined;
      noteWaiting(end !== "succeeded");
      if (end === "locked" || end === "taken") askAtMs = 0;
      if (end === "locked") {
        if (waitsForOther !== dueAt.getTime()) logger.info("waits: another run is at work", { job: name });
        waitsForOther = dueAt.getTime();
      } else if (end !== "taken") workedUntil = clock.now();
      // It is tried again later, or its end could not even be noted.
      if (end !== "succeeded") return;
    }
  };

  const accountForDueTimes = async (isSure: boolean): Promise<void> => {
    const accounted = await account(database.pool, job, clock.now(), {
      ...{ catchUp, isClockSure: isSure },
      mayEdit: accountedThrough === undefined,
    });
    goBy(accounted.by);
    if (accounted.isPaused !== isPaused || accountedThrough === undefined)
      sayWhatIsNext(accounted.isPaused, times.next(accounted.accountedThrough)?.at);
    ({ accountedThrough, isPaused } = accounted);
    next = isPaused ? undefined : times.next(accountedThrough)?.at;
    remarkOn(accounted);
  };

  /** Two daemons may be told different things; it would be due by neither if each put its own back. */
  const goBy = (schedule: JobSchedule): void => {
    if (schedule.cron === by.cron && schedule.timezone === by.timezone) return;
    by = schedule;
    times = cronTimes(by.cron, by.timezone);
    logger.warn(
      "a daemon that was started later has it due by something else; so has this one from here on",
      {
        ...{ job: name, cron: by.cron, timezone: by.timezone },
      },
    );
  };

  const sayWhatIsNext = (hasPaused: boolean, at: Date | undefined): void => {
    if (hasPaused) logger.info(`paused; to resume it: npm run schedule -- resume ${name}`, { job: name });
    else logger.info("waiting for the next run", { job: name, next: at?.toISOString() });
  };

  /** Says what is worth knowing of due times that have just been accounted for. */
  const remarkOn = ({ due, passed, wasClockWrong: wasWrong, edited }: Accounted): void => {
    const now = clock.now();
    if (edited !== undefined)
      logger.info("the schedule was changed", { job: name, from: edited, to: { cron, timezone } });
    if (wasWrong)
      logger.warn("the clock was set back; due times go by it from here on", {
        job: name,
        now: now.toISOString(),
      });
    if (passed !== undefined && passed.last > workedUntil)
      logger.warn(`due times were missed; ${WHAT_ABOUT_MISSED[catchUp]}`, {
        job: name,
        times: passed.times,
        first: passed.first.toISOString(),
        last: passed.last.toISOString(),
      });
    const [oldest] = due;
    if (oldest !== undefined && oldest > workedUntil && now.getTime() - oldest.getTime() > IN_TIME_MS)
      logger.warn("a run is late: no daemon was up, its machine was asleep, or it was paused", {
        job: name,
        due: oldest.toISOString(),
      });
  };

  /** One run does for all that are open; or each has its own, the oldest first, and keeps the others waiting. */
  const nextSlot = async (): Promise<Date | undefined> => {
    const now = clock.now();
    const open = await openSlots(database.pool, name);
    noteWaiting(open.length > 0);
    const isReady = ({ notBefore }: OpenSlot): boolean => notBefore === null || notBefore <= now;
    const slot = catchUp === "all" ? open.slice(0, 1).find(isReady) : open.findLast(isReady);
    return slot?.dueAt;
  };

  const beat = schedule(cron, look, {
    name,
    timezone,
    logger: cronLogger(logger),
    suppressMissedWarning: true,
  });
  const again = setInterval(look, lookAgainMs);
  look();
  return {
    state: () => ({
      job: name,
      ...{ accountedThrough, next, isPaused, isAway, runningSince, waitingSince },
    }),
    end: async () => {
      clearInterval(again);
      await beat.destroy();
      await working;
    },
  };
}

const WHAT_ABOUT_MISSED: Readonly<Record<CatchUp, string>> = {
  none: "nobody runs for them",
  last: "one run does for all",
  all: "only the latest are run for",
};

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
