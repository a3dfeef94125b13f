import type { CatchUp } from "../config/catchUp.ts";
import type { CronTimes } from "./cronTimes.ts";

/** Due times that pass without a run of their own. */
export interface Passed {
  readonly first: Date;
  readonly last: Date;
  readonly times: number;
}

/** Of `all`, so many of the latest are run for. */
export const MOST_CAUGHT_UP = 100;
/** Noticed within this, a due time is in time. */
export const IN_TIME_MS = 60_000;

/** What is to become of the due times up to a moment. */
export interface Planned {
  /** Those to run for, oldest first. */
  readonly due: readonly Date[];
  /** Those before them, which pass. */
  readonly passed: Passed | undefined;
  /** Of every due time up to here it is known what becomes of it. */
  readonly accountedThrough: Date;
  /** What was accounted for before says nothing: the clock was wrong then. */
  readonly wasClockWrong: boolean;
}

/** Nothing is due, and nothing passes. */
export function nothingPlanned(accountedThrough: Date, wasClockWrong = false): Planned {
  return { due: [], passed: undefined, accountedThrough, wasClockWrong };
}

/**
 * A clock that is set back by more was wrong before, as cron(8) of Vixie's cron takes it: what is due goes by the right one from
 * there on.
 */
const LARGEST_STEP_BACK_MS = 3 * 3_600_000;

/** Whether the clock was so wrong that what was accounted for says nothing. */
export function wasClockWrong(accountedThrough: Date, now: Date): boolean {
  return accountedThrough.getTime() - now.getTime() > LARGEST_STEP_BACK_MS;
}

/**
 * What is to become of the due times that have come since it was last asked, however late that is: a blocked loop, a machine
 * asleep or a daemon that was down loses none. A clock that goes back by up to three hours finds nothing due until it is where
 * it was; nothing is due twice.
 *
 * @param accountedThrough of the plan before this one
 * @param isSure whether a clock that is behind that by more is taken for right: it may be the one that is wrong, and be set soon
 */
export function plan(
  times: CronTimes,
  accountedThrough: Date,
  now: Date,
  catchUp: CatchUp,
  isSure = true,
): Planned {
  if (isSure && wasClockWrong(accountedThrough, now)) return nothingPlanned(now, true);
  if (now <= accountedThrough) return nothingPlanned(accountedThrough);
  const due: Date[] = [];
  for (const { at } of times.newestFirst(accountedThrough, now)) {
    if (catchUp === "none" && now.getTime() - at.getTime() > IN_TIME_MS) break;
    due.unshift(at);
    if (due.length === (catchUp === "all" ? MOST_CAUGHT_UP : 1)) break;
  }
  const [oldest] = due;
  const passedThrough = oldest === undefined ? now : new Date(oldest.getTime() - 1);
  const passed = stretch(times, accountedThrough, passedThrough);
  return { due, passed, accountedThrough: now, wasClockWrong: false };
}

/** The due times after a moment and up to another; undefined where there are none. */
export function stretch(times: CronTimes, after: Date, through: Date): Passed | undefined {
  const [first] = times.between(after, through);
  const [last] = times.newestFirst(after, through);
  if (first === undefined || last === undefined) return undefined;
  return { first: first.at, last: last.at, times: times.count(after, through) };
}
