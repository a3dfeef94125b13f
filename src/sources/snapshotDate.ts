import { basename } from "node:path";
import type { LocalTime } from "./localTime.ts";

/** A day, perhaps with a time of day, that is no part of a longer number: `2026-05-01`, `20260501`, `2026-05-01T0830`. */
const DATES =
  /(?<!\d)(\d{4})([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[-_T .]?([01]\d|2[0-3])[-_:.]?([0-5]\d)(?:[-_:.]?([0-5]\d))?(?![-_.]?\d))?(?!\d)/g;
const FIRST_YEAR = 1970;
const LAST_YEAR = 2100;

/**
 * The moment that a file's records are of, as its name says: `transactions_2026-05-01.csv`, `stores-20260501T0830.csv`. Of
 * several dates the last: a file from one day to another is of the other. A day stands for its beginning.
 *
 * @param localTime of the zone that such dates are in
 * @returns milliseconds of the epoch; null where the name has no date, or one that no clock there showed
 */
export function snapshotDateOf(path: string, localTime: LocalTime): number | null {
  const dates = [...basename(path).matchAll(DATES)].reverse();
  for (const [, year, , month, day, hour = "0", minute = "0", second = "0"] of dates) {
    const fields = [year, month, day, hour, minute, second].map(Number);
    const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = fields;
    const wall = Date.UTC(y, mo - 1, d, h, mi, s);
    const isDate = new Date(wall).toISOString().startsWith(`${year ?? ""}-${month ?? ""}-${day ?? ""}T`);
    if (!isDate || y < FIRST_YEAR || y > LAST_YEAR) continue;
    const instant = localTime(wall);
    if (typeof instant === "number") return instant;
  }
  return null;
}

/**
 * The moment that a person names: a day, perhaps with a time, as in a file's name; or a time with its zone, as in ISO 8601.
 *
 * @param localTime of the zone that it is in where it names none
 * @returns null where it is no such moment
 */
export function namedMoment(text: string, localTime: LocalTime): Date | null {
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text)) {
    const moment = new Date(text);
    return Number.isNaN(moment.getTime()) ? null : moment;
  }
  const [whole] = [...text.matchAll(DATES)].map(([match]) => match);
  const moment = whole === text ? snapshotDateOf(text, localTime) : null;
  return moment === null ? null : new Date(moment);
}
