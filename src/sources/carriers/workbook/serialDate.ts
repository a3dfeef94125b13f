import { numberOf } from "./numberText.ts";

/** From which day a workbook counts: 1 is 1 January 1900, or 0 is 1 January 1904. */
export type DateSystem = 1900 | 1904;

/** Days of the epoch that a workbook counts up from, for days after February 1900. */
const FIRST_DAYS: Readonly<Record<DateSystem, number>> = { 1900: -25_569, 1904: -24_107 };
/** The first serial number that is a day. */
const FIRST_SERIALS: Readonly<Record<DateSystem, number>> = { 1900: 1, 1904: 0 };
/** 29 February 1900, which spreadsheets have and the calendar has not. */
const NO_DAY = 60;
const END_DAY = Date.UTC(10_000, 0, 1) / 86_400_000;

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

/**
 * The date and time of a cell's serial number, `2022-10-16 03:52:35`, as the clock on the wall showed it. Days are whole
 * numbers and times are their fractions, in binary, so it is rounded: to the second, or to as many decimals of one as the
 * cell shows; a half counts as the next.
 *
 * @param decimals of the seconds, at most 3
 * @returns undefined where it is no date of the years 1900 to 9999
 */
export function serialDate(literal: string, system: DateSystem, decimals: number): string | undefined {
  const serial = numberOf(literal);
  if (serial === undefined || serial < FIRST_SERIALS[system]) return undefined;
  const units = 10 ** decimals;
  const rounded = Math.round(serial * DAY_SECONDS * units);
  const day = Math.floor(rounded / (DAY_SECONDS * units));
  if (day + FIRST_DAYS[system] >= END_DAY) return undefined;
  return `${dayText(day, system)} ${timeText(rounded - day * DAY_SECONDS * units, decimals)}`;
}

function dayText(day: number, system: DateSystem): string {
  if (system === 1900 && day === NO_DAY) return "1900-02-29";
  const missed = system === 1900 && day < NO_DAY ? 1 : 0;
  const date = new Date((day + missed + FIRST_DAYS[system]) * DAY_MS);
  return `${date.getUTCFullYear()}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`;
}

/** @param rounded since midnight, in units of the last decimal */
function timeText(rounded: number, decimals: number): string {
  const units = 10 ** decimals;
  const seconds = Math.floor(rounded / units);
  const minutes = Math.floor(seconds / 60);
  const time = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
  return decimals === 0 ? time : `${time}.${String(rounded % units).padStart(decimals, "0")}`;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
