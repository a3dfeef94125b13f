const SPECIAL = /[\\\t\n\r]/;
const EACH_SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** A field of PostgreSQL's COPY text format (`COPY … FROM STDIN`); null is `\N`. */
export function copyField(value: string | number | null): string {
  if (value === null) return "\\N";
  if (typeof value === "number") return String(value);
  if (!SPECIAL.test(value)) return value;
  return value.replace(EACH_SPECIAL, (character) => ESCAPES[character] ?? character);
}

/** A row of the COPY text format, with its line end. */
export function copyRow(values: readonly (string | number | null)[]): string {
  return `${values.map(copyField).join("\t")}\n`;
}

const MICROS_PER_DAY = 86_400_000_000;
/** By day of the epoch; times begin with it (`FIRST_YEAR`). */
const days: ({ text: string; key: number } | undefined)[] = [];

function dayOf(micros: number): { text: string; key: number } {
  const number = Math.floor(micros / MICROS_PER_DAY);
  let day = days[number];
  if (day === undefined) {
    const text = new Date(number * 86_400_000).toISOString().slice(0, 10);
    day = { text, key: Number(text.replaceAll("-", "")) };
    days[number] = day;
  }
  return day;
}

/** The UTC day of an instant (microseconds of the epoch) as `yyyymmdd`. */
export function dateKeyOf(micros: number): number {
  return dayOf(micros).key;
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** An instant (microseconds of the epoch) as `2022-05-15 08:10:46.5+00`, read the same under every DateStyle. */
export function timestampText(micros: number): string {
  const ofDay = micros - Math.floor(micros / MICROS_PER_DAY) * MICROS_PER_DAY;
  const seconds = Math.floor(ofDay / 1_000_000);
  const fraction = ofDay - seconds * 1_000_000;
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${dayOf(micros).text} ${time}${fraction === 0 ? "" : `.${String(fraction).padStart(6, "0")}`}+00`;
}
