import type { ColumnType } from "./contracts.ts";

/**
 * How the values of a column are written, as far as that decides how they are read: amounts with and without decimals are
 * read alike, and one with a comma is not.
 */
export type ValueType =
  | "number"
  | "number with a comma"
  | "date"
  | "timestamp (month/day/year)"
  | "timestamp (day/month/year)"
  // None of them has a day over 12.
  | "timestamp (day and month)"
  | "timestamp (ISO)"
  | "timestamp (ISO with zone)"
  | "text";

/** A longer value is text; no number and no time has so many characters. */
const LONGEST = 60;

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const WITH_COMMA = /^[+-]?\d[\d.]*,[\d.,]*$/;
const DATE = /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}([/.-])\d{1,2}\1\d{4})$/;
const NUMERIC_TIME = /^(\d{1,2})([/.])(\d{1,2})\2\d{4}[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/;
const ISO_TIME =
  /^\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?( ?(?:[Zz]|[+-]\d{2}(?::?\d{2})?))?$/;
const MOST_MONTHS = 12;

function typeOfValue(text: string): ValueType {
  if (text.length > LONGEST) return "text";
  if (NUMBER.test(text)) return "number";
  if (WITH_COMMA.test(text)) return "number with a comma";
  if (DATE.test(text)) return "date";
  const numeric = NUMERIC_TIME.exec(text);
  if (numeric !== null) {
    if (Number(numeric[1]) > MOST_MONTHS) return "timestamp (day/month/year)";
    return Number(numeric[3]) > MOST_MONTHS ? "timestamp (month/day/year)" : "timestamp (day and month)";
  }
  const iso = ISO_TIME.exec(text);
  if (iso === null) return "text";
  return iso[1] === undefined ? "timestamp (ISO)" : "timestamp (ISO with zone)";
}

/** Nine values in ten say what a column holds: a few broken ones are for quarantine to tell. */
const holds = (count: number, of: number): boolean => count > 0 && count * 10 >= of * 9;

/**
 * The type that the values of a column have.
 *
 * @returns null where there are none, or they are of no one type
 */
export function typeOfValues(values: Iterable<string>): ValueType | null {
  const counts = new Map<ValueType, number>();
  let all = 0;
  for (const value of values) {
    const text = value.trim();
    if (text === "") continue;
    const type = typeOfValue(text);
    counts.set(type, (counts.get(type) ?? 0) + 1);
    all += 1;
  }
  const of = (type: ValueType): number => counts.get(type) ?? 0;
  const monthFirst = of("timestamp (month/day/year)");
  const dayFirst = of("timestamp (day/month/year)");
  if (holds(monthFirst + dayFirst + of("timestamp (day and month)"), all)) {
    if (holds(monthFirst, monthFirst + dayFirst)) return "timestamp (month/day/year)";
    return holds(dayFirst, monthFirst + dayFirst)
      ? "timestamp (day/month/year)"
      : "timestamp (day and month)";
  }
  for (const type of counts.keys()) if (holds(of(type), all)) return type;
  // Where decimals have a comma, whole numbers have none.
  const commas = of("number with a comma");
  return commas > 0 && holds(commas + of("number"), all) ? "number with a comma" : null;
}

/** Whether it makes a difference how the values of a column of a contract are written: a text may be anything. */
export function isTyped(type: ColumnType): boolean {
  return !["text", "sku", "card_number", "discarded"].includes(type);
}
