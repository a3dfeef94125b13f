import { MAX_AMOUNT_DIGITS, MAX_ID_DIGITS } from "./fields.ts";
import { FIELD_SEPARATOR } from "./parsing.ts";
import { TRANSACTION_STATUSES } from "./contracts.ts";

/*
 * Values of fields as they stand in a file's bytes. Field bounds are those of `splitPlainRecord`: a field's are at
 * `slot` and `slot + 1`.
 */

const ZERO = 0x30;
const NINE = 0x39;
const POINT = 0x2e;
const SEPARATOR = FIELD_SEPARATOR.charCodeAt(0);
/** The statuses as they are written, by place. */
export const STATUS_BYTES: readonly Buffer[] = TRANSACTION_STATUSES.map((status) =>
  Buffer.from(status, "latin1"),
);

/** A whole number of up to 14 digits without leading zeros; -1 for anything else. */
export function idOf(bytes: Uint8Array, bounds: Int32Array, slot: number): number {
  const start = bounds[slot] ?? 0;
  const end = bounds[slot + 1] ?? 0;
  if (end === start || end - start > MAX_ID_DIGITS || bytes[start] === ZERO) return -1;
  let value = 0;
  for (let position = start; position < end; position += 1) {
    const byte = bytes[position] ?? 0;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

/** Hundredths of an amount such as 749, 749.5 or 749.50; -1 for anything else. */
export function centsOf(bytes: Uint8Array, bounds: Int32Array, slot: number): number {
  const start = bounds[slot] ?? 0;
  const end = bounds[slot + 1] ?? 0;
  let value = 0;
  let position = start;
  for (; position < end; position += 1) {
    const byte = bytes[position] ?? 0;
    if (byte === POINT) break;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + (byte - ZERO);
  }
  const digits = position - start;
  if (digits === 0 || digits > MAX_AMOUNT_DIGITS || (digits > 1 && bytes[start] === ZERO)) return -1;
  const decimals = end - position - 1;
  if (decimals < 0) return value * 100;
  if (decimals === 0 || decimals > 2) return -1;
  const tenths = (bytes[position + 1] ?? 0) - ZERO;
  const hundredths = decimals === 2 ? (bytes[position + 2] ?? 0) - ZERO : 0;
  if (tenths < 0 || tenths > 9 || hundredths < 0 || hundredths > 9) return -1;
  return value * 100 + tenths * 10 + hundredths;
}

/** Place of the status, written in lower case; -1 for anything else. */
export function statusOf(bytes: Uint8Array, bounds: Int32Array, slot: number): number {
  const start = bounds[slot] ?? 0;
  const length = (bounds[slot + 1] ?? 0) - start;
  for (let index = 0; index < STATUS_BYTES.length; index += 1) {
    const status = STATUS_BYTES[index];
    // All three differ in length.
    if (status?.length !== length) continue;
    for (let place = 0; place < length; place += 1) if (bytes[start + place] !== status[place]) return -1;
    return index;
  }
  return -1;
}

/** The last four digits before a place, of a text that has as many. */
export function lastFourDigits(bytes: Uint8Array, end: number): number {
  let value = 0;
  let position = end;
  for (let weight = 1; weight < 10_000; weight *= 10) {
    position -= 1;
    let byte = bytes[position] ?? ZERO;
    while (byte < ZERO || byte > NINE) {
      position -= 1;
      byte = bytes[position] ?? ZERO;
    }
    value += (byte - ZERO) * weight;
  }
  return value;
}

/** Copies a field and puts a separator behind it. */
export function copyField(
  bytes: Uint8Array,
  bounds: Int32Array,
  slot: number,
  out: Uint8Array,
  position: number,
): number {
  let to = position;
  const end = bounds[slot + 1] ?? 0;
  for (let from = bounds[slot] ?? 0; from < end; from += 1) {
    out[to] = bytes[from] ?? 0;
    to += 1;
  }
  out[to] = SEPARATOR;
  return to + 1;
}

/** Writes whole seconds as microseconds, in decimal digits; gives the position behind them. */
export function writeMicros(out: Uint8Array, position: number, micros: number): number {
  const end = writeDigits(out, position, micros / 1e6);
  for (let place = end; place < end + 6; place += 1) out[place] = ZERO;
  return end + 6;
}

/** Writes a whole number in decimal digits; gives the position behind them. */
export function writeDigits(out: Uint8Array, position: number, value: number): number {
  // In two halves, so that the arithmetic is on small integers.
  const high = Math.floor(value / 1e6);
  if (high === 0) return writeSmall(out, position, value, digitsOf(value));
  const behind = writeSmall(out, position, high, digitsOf(high));
  return writeSmall(out, behind, value - high * 1e6, 6);
}

/** Writes so many digits of a number below 2^31. */
function writeSmall(out: Uint8Array, position: number, value: number, digits: number): number {
  let rest = value | 0;
  for (let place = position + digits - 1; place >= position; place -= 1) {
    const next = (rest / 10) | 0;
    out[place] = ZERO + (rest - next * 10);
    rest = next;
  }
  return position + digits;
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits += 1;
  return digits;
}
