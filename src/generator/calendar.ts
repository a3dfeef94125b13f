/**
 * All sales and store openings lie in this window: 2022-01-01 up to and including 2024-12-31, which holds a 29th of
 * February. It is fixed, so files never depend on the day they were made.
 *
 * Inside the generator an instant is a whole number of seconds from the start of the window.
 */
const WINDOW_START_MS = Date.UTC(2022, 0, 1);
const WINDOW_DAYS = 1096;
const DAY_SECONDS = 86_400;

export const WINDOW_SECONDS = WINDOW_DAYS * DAY_SECONDS;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

function usDate(day: number): string {
  const [year, month, date] = new Date(WINDOW_START_MS + day * DAY_SECONDS * 1000)
    .toISOString()
    .slice(0, 10)
    .split("-");
  return `${month ?? ""}/${date ?? ""}/${year ?? ""}`;
}

const DATE_LENGTH = "MM/DD/YYYY ".length;
const DATE_BYTES = ascii(Array.from({ length: WINDOW_DAYS }, (_, day) => `${usDate(day)} `).join(""));

/** Opening hours are busy, nights are not empty: fuel, hotels, machines. 64 entries, so six bits choose one. */
const HOURS = [
  0, 1, 2, 3, 4, 5, 6, 6, 7, 7, 7, 8, 8, 8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 12, 12,
  13, 13, 13, 13, 14, 14, 14, 15, 15, 15, 16, 16, 16, 16, 17, 17, 17, 17, 18, 18, 18, 18, 19, 19, 19, 20, 20,
  20, 21, 21, 22, 23,
];

/** Second of a day, busier at opening hours, from 32 random bits. */
export function secondOfDay(word: number): number {
  const hour = HOURS[word & 63] ?? 12;
  return hour * 3600 + ((word >>> 6) % 3600);
}

/** The same instant as the files write it: `MM/DD/YYYY H:MM:SS`. */
export function formatInstant(second: number): string {
  const bytes = new Uint8Array(DATE_LENGTH + 8);
  return new TextDecoder().decode(bytes.subarray(0, writeInstant(bytes, 0, second)));
}

/** The same instant as answers print it: `2022-05-15T08:10:46.000Z`. */
export function isoInstant(second: number): string {
  return new Date(WINDOW_START_MS + second * 1000).toISOString();
}

/** Writes `MM/DD/YYYY H:MM:SS` (hour 0–23 without a leading zero) and gives the position after it. */
export function writeInstant(target: Uint8Array, at: number, second: number): number {
  let position = at;
  const day = Math.floor(second / DAY_SECONDS);
  const start = day * DATE_LENGTH;
  for (let offset = 0; offset < DATE_LENGTH; offset++) target[position++] = DATE_BYTES[start + offset] ?? 0;
  const rest = second - day * DAY_SECONDS;
  const hour = Math.floor(rest / 3600);
  if (hour >= 10) target[position++] = 48 + Math.floor(hour / 10);
  target[position++] = 48 + (hour % 10);
  target[position++] = 58;
  position = writeTwoDigits(target, position, Math.floor(rest / 60) % 60);
  target[position++] = 58;
  return writeTwoDigits(target, position, rest % 60);
}

function writeTwoDigits(target: Uint8Array, at: number, value: number): number {
  target[at] = 48 + Math.floor(value / 10);
  target[at + 1] = 48 + (value % 10);
  return at + 2;
}
