import { createTask, parse } from "node-cron";
import { timeZone } from "../lib/timeZone.ts";

const [SECOND_MS, HOUR_MS, DAY_MS] = [1_000, 3_600_000, 86_400_000];
const HOURS_A_DAY = 24;
/** A 29 February that is a Monday comes again within 40 years. */
const FARTHEST_DAYS = 40 * 366;

/** A moment at which a cron expression is due. */
export interface DueTime {
  readonly at: Date;
  /** The clocks skip the time that it is due at: it is due when they do so. */
  readonly isSkipped: boolean;
  /** The clocks show its time twice that day. */
  readonly isRepeated: boolean;
}

/** When a cron expression is due, in a time zone. */
export interface CronTimes {
  /** What the clocks show at a moment, to the second, as `2026-11-24 02:30:00`. */
  wallClock(moment: Date): string;
  /** Due times after a moment and up to another, oldest first. */
  between(after: Date, through: Date): Generator<DueTime>;
  /** The same, newest first. */
  newestFirst(after: Date, through: Date): Generator<DueTime>;
  /** The first one after a moment; undefined where there is none within 40 years. */
  next(after: Date): DueTime | undefined;
  /** How many there are after a moment and up to another. */
  count(after: Date, through: Date): number;
}

interface Stretch {
  readonly hours: readonly number[];
  /** Of the clock; none of its due times is before the one or after the other. */
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a cron expression as node-cron does: five fields or six, and a day has to fit both of its fields.
 *
 * Clock changes do to it what cron(8) of Vixie's cron says. Of an expression that is due at certain hours, a time that the
 * clocks skip is due at the change, and one that they show twice is due the first time. One that is due every hour goes by the
 * time that passes: nothing is due in an hour that is skipped, and a repeated one is an hour like any other.
 */
export function cronTimes(expression: string, zoneName: string): CronTimes {
  const { second, minute, hour } = parse(expression);
  const [seconds, minutes, hours] = [ascending(second), ascending(minute), ascending(hour)];
  const isHourly = hours.length === HOURS_A_DAY;
  const zone = timeZone(zoneName);
  const offsetsInHour = minutes.flatMap((minute) =>
    seconds.map((second) => (minute * 60 + second) * SECOND_MS),
  );
  const firstInDay = (hours[0] ?? 0) * HOUR_MS + (offsetsInHour[0] ?? 0);
  // Whether a day fits is asked of node-cron, which knows the last Friday of a month and its like.
  const inUtc = createTask(expression, () => undefined, { timezone: "UTC" });
  const fits = (day: number): boolean => inUtc.match(new Date(day * DAY_MS + firstInDay));

  const atWall = (wallMs: number): DueTime[] => {
    const instants = zone.instantsOf(wallMs);
    const [first] = instants;
    if (first === undefined)
      return isHourly
        ? []
        : [{ at: new Date(zone.changeThatSkips(wallMs)), isSkipped: true, isRepeated: false }];
    const due = isHourly ? instants : [first];
    return due.map((at) => ({ at: new Date(at), isSkipped: false, isRepeated: instants.length > 1 }));
  };
  /** Hours of a day whose due times follow each other: one by one, but all of them on a day on which the clocks may go back. */
  const stretchesOf = (day: number): Stretch[] =>
    zone.changesAround(day * DAY_MS)
      ? [{ hours, first: 0, last: HOURS_A_DAY }]
      : hours.map((hour) => ({ hours: [hour], first: hour, last: hour }));
  /** Due in a stretch, oldest first; a time once, though two of a gap are due at its end. */
  const inStretch = (day: number, stretch: Stretch): DueTime[] => {
    const due = stretch.hours.flatMap((hour) =>
      offsetsInHour.flatMap((offset) => atWall(day * DAY_MS + hour * HOUR_MS + offset)),
    );
    due.sort((a, b) => a.at.getTime() - b.at.getTime());
    return due.filter(({ at }, place) => at.getTime() !== due[place - 1]?.at.getTime());
  };
  const wallOf = (moment: Date): { day: number; hour: number } => {
    const wall = zone.wallAt(moment.getTime());
    const day = Math.floor(wall / DAY_MS);
    return { day, hour: Math.floor((wall - day * DAY_MS) / HOUR_MS) };
  };

  function* between(after: Date, through: Date): Generator<DueTime> {
    const from = wallOf(after);
    const last = Math.min(wallOf(through).day, from.day + FARTHEST_DAYS);
    let newest = after.getTime();
    for (let day = from.day; day <= last; day += 1) {
      if (!fits(day)) continue;
      for (const stretch of stretchesOf(day)) {
        if (day === from.day && stretch.last < from.hour) continue;
        for (const due of inStretch(day, stretch)) {
          const at = due.at.getTime();
          if (at > through.getTime()) return;
          if (at > newest) yield due;
          newest = Math.max(newest, at);
        }
      }
    }
  }

  function* newestFirst(after: Date, through: Date): Generator<DueTime> {
    const to = wallOf(through);
    const last = Math.max(wallOf(after).day, to.day - FARTHEST_DAYS);
    let oldest = through.getTime() + 1;
    for (let day = to.day; day >= last; day -= 1) {
      if (!fits(day)) continue;
      for (const stretch of stretchesOf(day).reverse()) {
        if (day === to.day && stretch.first > to.hour) continue;
        for (const due of inStretch(day, stretch).reverse()) {
          const at = due.at.getTime();
          if (at <= after.getTime()) return;
          if (at < oldest) yield due;
          oldest = Math.min(oldest, at);
        }
      }
    }
  }

  const count = (after: Date, through: Date): number => {
    const [from, to] = [wallOf(after).day, wallOf(through).day];
    let found = 0;
    let counted = after;
    const upTo = (moment: Date): void => {
      for (const due of between(counted, moment)) found += due.at > counted ? 1 : 0;
      counted = moment;
    };
    for (let day = from + 1; day < to; day += 1) {
      if (zone.changesAround(day * DAY_MS)) continue;
      // The day before it, or those with a change, one by one; then this one at once.
      const [start] = zone.instantsOf(day * DAY_MS);
      if (start === undefined) continue;
      const beforeIt = new Date(start - 1);
      if (beforeIt > counted) upTo(beforeIt);
      if (fits(day)) found += hours.length * offsetsInHour.length;
      counted = new Date(start + DAY_MS - 1);
    }
    upTo(through);
    return found;
  };

  return {
    wallClock: (moment) =>
      new Date(zone.wallAt(moment.getTime())).toISOString().slice(0, 19).replace("T", " "),
    between,
    newestFirst,
    next: (after) => {
      const [next] = between(after, new Date(after.getTime() + FARTHEST_DAYS * DAY_MS));
      return next;
    },
    count,
  };
}

const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
