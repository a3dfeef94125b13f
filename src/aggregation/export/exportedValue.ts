/** A value as it leaves: exact decimals, times and ids that no number holds are texts. */
export type ExportedValue = string | number | boolean | null;

/** What PostgreSQL says of a time of day in UTC, such as `2026-05-01 08:30:00.25+00`. */
const INSTANT = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/;
const MILLISECOND_DIGITS = 3;

/**
 * How values of a column leave, by its type.
 *
 * @param type as the model says it, such as `timestamptz` or `numeric(18,2)`
 * @returns takes PostgreSQL's own text of a value in a session with ISO dates in UTC
 */
export function exportedAs(type: string): (text: string) => ExportedValue {
  if (/^(small|big)?int(eger)?$/.test(type)) return wholeNumber;
  if (type === "boolean") return (text) => text === "t";
  return type.startsWith("timestamptz") ? instant : (text) => text;
}

function wholeNumber(text: string): ExportedValue {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

/** ISO 8601 as the answers have it, with microseconds where there are any; `infinity` and `-infinity` stay. */
function instant(text: string): string {
  const [, day, time, fraction = ""] = INSTANT.exec(text) ?? [];
  if (day === undefined || time === undefined) return text;
  return `${day}T${time}.${fraction.padEnd(MILLISECOND_DIGITS, "0")}Z`;
}
