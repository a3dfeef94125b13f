import type { DateOrder } from "../config/dateOrder.ts";
import type { Field } from "./fields.ts";
import type { LocalTime } from "./localTime.ts";

export const FIRST_YEAR = 1970;
export const LAST_YEAR = 2100;

/** How times without a zone or with numbers only are to be read. */
export interface TimestampRules {
  readonly dateOrder: DateOrder;
  readonly localTime: LocalTime;
}

// 05/15/2022 8:10:46 and 05.15.2022 8:10:46; seconds may be absent, fractions go to microseconds.
const NUMERIC = /^(\d{1,2})([/.])(\d{1,2})\2(\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;
// 2022-05-15T08:10:46.123Z, with a space for the T, with or without a zone (ISO 8601, RFC 3339).
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function offsetMinutes(zone: string): number | undefined {
  if (zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || "0");
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/**
 * A point in time, in whole microseconds of the epoch (finer fractions are refused as altered values would be).
 *
 * Hours are read as 24-hour; times without a zone are local to SOURCE_TIMEZONE. A local time that a clock change
 * skips or repeats is refused, since any guess would alter the value.
 */
export function parseTimestamp(text: string, rules: TimestampRules): Field<number> {
  const trimmed = text.trim();
  if (trimmed === "") return { reason: "missing_value" };
  const numeric = NUMERIC.exec(trimmed);
  if (numeric !== null) {
    const [, first, , second, year, hour, minute, seconds, fraction] = numeric;
    const monthFirst = rules.dateOrder === "mdy";
    const month = Number(monthFirst ? first : second);
    const day = Number(monthFirst ? second : first);
    if (monthFirst && month > 12 && month <= 31 && day <= 12) return { reason: "day_first" };
    return pointInTime(
      Number(year),
      month,
      day,
      Number(hour),
      Number(minute),
      Number(seconds ?? 0),
      fraction,
      undefined,
      rules,
    );
  }
  const iso = ISO.exec(trimmed);
  if (iso === null) return { reason: "bad_timestamp" };
  const [, year, month, day, hour, minute, seconds, fraction, zone] = iso;
  return pointInTime(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(seconds ?? 0),
    fraction,
    zone,
    rules,
  );
}

function pointInTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  fraction: string | undefined,
  zone: string | undefined,
  rules: TimestampRules,
): Field<number> {
  const lastDay = DAYS_IN_MONTH[month - 1];
  if (lastDay === undefined || day < 1 || day > lastDay || (month === 2 && day === 29 && !isLeap(year))) {
    return { reason: "bad_timestamp" };
  }
  if (hour > 23 || minute > 59 || second > 59) return { reason: "bad_timestamp" };
  if (year < FIRST_YEAR || year > LAST_YEAR) return { reason: "year_out_of_range" };
  if (fraction !== undefined && /[1-9]/.test(fraction.slice(6))) return { reason: "bad_timestamp" };
  const micros = fraction === undefined ? 0 : Number(fraction.slice(0, 6).padEnd(6, "0"));
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second);
  if (zone !== undefined) {
    const offset = offsetMinutes(zone);
    if (offset === undefined) return { reason: "bad_timestamp" };
    return inRange((wallMs - offset * 60_000) * 1000 + micros);
  }
  const instant = rules.localTime(wallMs);
  if (typeof instant === "string") return { reason: instant };
  return inRange(instant * 1000 + micros);
}

const FIRST_MICROS = Date.UTC(FIRST_YEAR, 0, 1) * 1000;
const END_MICROS = Date.UTC(LAST_YEAR + 1, 0, 1) * 1000;

/** Years are bounded in UTC too, so that every day of the data has a row in `dim_time`. */
function inRange(micros: number): Field<number> {
  return micros >= FIRST_MICROS && micros < END_MICROS ? { value: micros } : { reason: "year_out_of_range" };
}
