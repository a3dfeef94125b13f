import { schedule, type Logger as CronLogger } from "node-cron";
import type { CatchUp } from "../config/catchUp.ts";
import type { Database } from "../database/openDatabase.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { publicCode, publicMessage } from "../lib/publicError.ts";
import type { DueSlot } from "../runs/dueSlot.ts";
import { cronTimes } from "./cronTimes.ts";
import { account, openSlots, type Accounted, type JobSchedule } from "./jobSchedules.ts";
import { IN_TIME_MS, wasClockWrong } from "./plan.ts";

/** A beat that was lost costs no more than this. */
const LOOK_AGAIN_MS = 5_000;
/** What another daemon left, or somebody resumed, is found within this. */
const ASK_AGAIN_MS = 30_000;

/** How a run for a due time went: `locked` is none, since another one is at work; `taken` is another process's. */
export type RunEnd = "succeeded" | "failed" | "locked" | "taken";

export interface DueJob extends JobSchedule {
  readonly catchUp: CatchUp;
  /** One run for a due time. Logs what it has to say. */
  readonly run: (slot: DueSlot) => Promise<RunEnd>;
}

interface ScheduleOptions {
  readonly database: Pick<Database, "pool" | "revive">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when no run is to be begun any more. */
  readonly stopping: AbortSignal;
  readonly lookAgainMs?: number;
  readonly askAgainMs?: number;
}

/** A job that is run whenever it is due. */
export interface Schedule {
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
  const times = cronTimes(cron, timezone);
  let accountedThrough: Date | undefined;
  let next: Date | undefined;
  let askAtMs = 0;
  let isAway = false;
  let isPaused = false;
  let waitsForOther: number | undefined;
  let working: Promise<void> | undefined;
  let workedUntil = clock.now();

  const isDue = (now: Date): boolean =>
    accountedThrough === undefined ||
    (next !== undefined && now >= next) ||
    wasClockWrong(accountedThrough, now);

  const look = (): void => {
    if (working !== undefined || stopping.aborted) return;
    const wasDue = isDue(clock.now());
    if (!wasDue && clock.monotonicMs() < askAtMs) return;
    working = work(wasDue)
      .catch((error: unknown) => {
        // Asked in between, it may well be away: somebody has stopped the embedded server, and nothing is due.
        const level = isAway || !wasDue ? "debug" : "error";
        isAway = isAway || wasDue;
        logger[level](`due times cannot be asked for; looking again. ${publicMessage(error)}`, {
          job: name,
          code: publicCode(error),
        });
      })
      .finally(() => {
        working = undefined;
      });
  };

  const work = async (wasDue: boolean): Promise<void> => {
    askAtMs = clock.monotonicMs() + askAgainMs;
    if (wasDue) await database.revive();
    if (wasDue || isPaused) await accountForDueTimes();
    while (!stopping.aborted) {
      const dueAt = await nextSlot();
      if (dueAt === undefined) return;
      const end = await run({ dueAt, doesForEarlier: catchUp !== "all" });
      if (end === "locked") {
        askAtMs = 0;
        if (waitsForOther !== dueAt.getTime()) logger.info("skipped: another run is at work", { job: name });
        waitsForOther = dueAt.getTime();
      } else if (end !== "taken") workedUntil = clock.now();
      // What failed is tried again later, or its end could not even be noted.
      if (end === "locked" || end === "failed") return;
    }
  };

  const accountForDueTimes = async (): Promise<void> => {
    const accounted = await account(database.pool, job, catchUp, clock.now());
    if (isAway) logger.info("the database is back", { job: name });
    isAway = false;
    if (accounted.isPaused !== isPaused || accountedThrough === undefined)
      sayWhatIsNext(accounted.isPaused, times.next(accounted.accountedThrough)?.at);
    ({ accountedThrough, isPaused } = accounted);
    next = isPaused ? undefined : times.next(accountedThrough)?.at;
    remarkOn(accounted);
  };

  const sayWhatIsNext = (hasPaused: boolean, at: Date | undefined): void => {
    if (hasPaused) logger.info(`paused; to resume it: npm run schedule -- resume ${name}`, { job: name });
    else logger.info("waiting for the next run", { job: name, next: at?.toISOString() });
  };

  /** Says what is worth knowing of due times that have just been accounted for. */
  const remarkOn = ({ due, passed, givenUp, wasClockWrong: wasWrong, edited }: Accounted): void => {
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
    for (const at of givenUp)
      logger.error("runs for a due time died again and again; no further one is begun", {
        job: name,
        due: at.toISOString(),
      });
  };

  /** One run does for all that are open, or each has its own. */
  const nextSlot = async (): Promise<Date | undefined> => {
    const now = clock.now();
    const open = (await openSlots(database.pool, name)).filter(
      ({ notBefore }) => notBefore === null || notBefore <= now,
    );
    return (catchUp === "all" ? open[0] : open.at(-1))?.dueAt;
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
