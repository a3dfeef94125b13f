import type { CronTimes } from "./cronTimes.ts";

/** Due times that pass without a run of their own. */
export interface Passed {
  readonly first: Date;
  readonly last: Date;
  readonly times: number;
}

/** What is to become of the due times up to a moment. */
export interface Planned {
  /** The one to run for; undefined where none has come. */
  readonly due: Date | undefined;
  /** Those before it. One run does for all of them: it finds whatever is new. */
  readonly passed: Passed | undefined;
  /** Of every due time up to here it is known what becomes of it. */
  readonly accountedThrough: Date;
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
 * What is to become of the due times that have come since it was last asked, however late that is: a blocked loop or a machine
 * asleep loses none. A clock that goes back by up to three hours finds nothing due until it is where it was; nothing is due twice.
 *
 * @param accountedThrough of the plan before this one
 */
export function plan(times: CronTimes, accountedThrough: Date, now: Date): Planned {
  if (wasClockWrong(accountedThrough, now))
    return { due: undefined, passed: undefined, accountedThrough: now };
  if (now <= accountedThrough) return { due: undefined, passed: undefined, accountedThrough };
  const [newest] = times.newestFirst(accountedThrough, now);
  if (newest === undefined) return { due: undefined, passed: undefined, accountedThrough: now };
  const before = new Date(newest.at.getTime() - 1);
  const [first] = times.between(accountedThrough, before);
  const [last] = times.newestFirst(accountedThrough, before);
  const passed =
    first === undefined || last === undefined
      ? undefined
      : { first: first.at, last: last.at, times: times.count(accountedThrough, before) };
  return { due: newest.at, passed, accountedThrough: now };
}
