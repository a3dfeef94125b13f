import { basename, dirname, isAbsolute } from "node:path";
import type { LocalTime } from "./localTime.ts";
import { parseTimestamp } from "./timestamps.ts";

/** A day in a file's name, its parts apart by one and the same character or by none; to be put into an expression once. */
export const DAY_IN_NAME =
  /(?<year>19\d\d|20\d\d|2100)(?<between>[-_./]?)(?<month>0[1-9]|1[0-2])\k<between>(?<day>0[1-9]|[12]\d|3[01])/
    .source;
/** A day, perhaps with a time of day, that is no part of a longer number: `2026-05-01`, `20260501`, `2026-05-01T0830`. */
const DATES = new RegExp(
  `(?<!\\d)${DAY_IN_NAME}(?:[-_T .]?(?<hour>[01]\\d|2[0-3])[-_:.]?(?<minute>[0-5]\\d)(?:[-_:.]?(?<second>[0-5]\\d))?(?![-_.]?\\d))?(?!\\d)`,
  "g",
);

/**
 * The moment that a file's records are of, as its name says: `transactions_2026-05-01.csv`, `stores-20260501T0830.csv.gz`;
 * else as the folders of DATA_DIR say that it lies in, the nearest first: `2026-05-01/stores.csv`, `2026/05/01/stores.csv`. Of
 * several dates the last: a file from one day to another is of the other. A day stands for its beginning.
 *
 * @param path below DATA_DIR; absolute for a file elsewhere, whose folders say nothing
 * @param localTime of the zone that such dates are in
 * @returns null where there is no date, or one that no clock there showed
 */
export function snapshotDateOf(path: string, localTime: LocalTime): Date | null {
  return (
    lastDateIn(basename(path), localTime) ?? (isAbsolute(path) ? null : lastDateIn(dirname(path), localTime))
  );
}

function lastDateIn(text: string, localTime: LocalTime): Date | null {
  const dates = [...text.matchAll(DATES)].reverse();
  for (const { groups = {} } of dates) {
    const { year = "", month = "", day = "", hour = "00", minute = "00", second = "00" } = groups;
    const moment = momentOf(`${year}-${month}-${day} ${hour}:${minute}:${second}`, localTime);
    if (moment !== null) return moment;
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
  const [whole] = text.match(DATES) ?? [];
  if (whole === text) return lastDateIn(text, localTime);
  return /^\d{4}-/.test(text) ? momentOf(text, localTime) : null;
}

function momentOf(text: string, localTime: LocalTime): Date | null {
  const parsed = parseTimestamp(text, { dateOrder: "mdy", localTime });
  return "value" in parsed ? new Date(parsed.value / 1000) : null;
}
