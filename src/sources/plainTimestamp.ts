import { FIRST_YEAR, LAST_YEAR } from "./timestamps.ts";

const ZERO = 0x30;
const SLASH = 0x2f;
const POINT = 0x2e;
const DASH = 0x2d;
const COLON = 0x3a;
const SPACE = 0x20;
const LETTER_T = 0x54;

const DAY_MS = 86_400_000;
/** Days of the epoch on which each month begins, from January of the first year; one more ends the last. */
const MONTH_STARTS = Int32Array.from(
  { length: (LAST_YEAR - FIRST_YEAR + 1) * 12 + 1 },
  (_unused, month) => Date.UTC(FIRST_YEAR, month, 1) / DAY_MS,
);

/**
 * Wall-clock seconds, as if they were UTC, of an ordinary time: `05/15/2022 8:10:46`, `05.15.2022 8:10:46`,
 * `2022-05-15 08:10:46` or with a `T`, to the second and without a zone. -1 for anything else, valid or not.
 */
export function wallSecondsOf(bytes: Uint8Array, start: number, end: number, monthFirst: boolean): number {
  if (end - start < 15 || end - start > 19) return -1;
  let position = start;
  let year: number;
  let month: number;
  let day: number;
  if (bytes[start + 4] === DASH) {
    if (end - start < 18) return -1;
    year = two(bytes, start) * 100 + two(bytes, start + 2);
    month = two(bytes, start + 5);
    day = two(bytes, start + 8);
    if (two(bytes, start) < 0 || two(bytes, start + 2) < 0 || bytes[start + 7] !== DASH) return -1;
    position = start + 10;
  } else {
    const width = digitsAt(bytes, position);
    const first = number(bytes, position, width);
    position += width;
    const mark = bytes[position];
    if (mark !== SLASH && mark !== POINT) return -1;
    position += 1;
    const secondWidth = digitsAt(bytes, position);
    const second = number(bytes, position, secondWidth);
    position += secondWidth;
    if (bytes[position] !== mark) return -1;
    const century = two(bytes, position + 1);
    const ofCentury = two(bytes, position + 3);
    if (century < 0 || ofCentury < 0) return -1;
    year = century * 100 + ofCentury;
    month = monthFirst ? first : second;
    day = monthFirst ? second : first;
    position += 5;
  }
  if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1) return -1;
  const firstDay = MONTH_STARTS[(year - FIRST_YEAR) * 12 + month - 1] ?? 0;
  const nextMonth = MONTH_STARTS[(year - FIRST_YEAR) * 12 + month] ?? 0;
  if (firstDay + day > nextMonth) return -1;
  const between = bytes[position];
  if (between !== SPACE && between !== LETTER_T) return -1;
  position += 1;
  const hourWidth = digitsAt(bytes, position);
  const hour = number(bytes, position, hourWidth);
  position += hourWidth;
  if (bytes[position] !== COLON || bytes[position + 3] !== COLON || position + 6 !== end) return -1;
  const minute = two(bytes, position + 1);
  const second = two(bytes, position + 4);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return -1;
  return (firstDay + day - 1) * 86_400 + hour * 3600 + minute * 60 + second;
}

function digit(byte: number | undefined): number {
  const value = (byte ?? 0) - ZERO;
  return value >= 0 && value <= 9 ? value : -1;
}

/** Two digits as a number; below zero for anything else. */
function two(bytes: Uint8Array, position: number): number {
  const tens = digit(bytes[position]);
  const ones = digit(bytes[position + 1]);
  return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
}

/** How many digits stand at a place, at most two. */
function digitsAt(bytes: Uint8Array, position: number): number {
  if (digit(bytes[position]) < 0) return 0;
  return digit(bytes[position + 1]) < 0 ? 1 : 2;
}

/** A number of so many digits, 1 or 2; below zero for none. */
function number(bytes: Uint8Array, position: number, width: number): number {
  if (width === 0) return -1;
  return width === 1 ? digit(bytes[position]) : two(bytes, position);
}
