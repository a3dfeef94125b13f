import { TRANSACTION_STATUSES, type TransactionStatus } from "./contracts.ts";
import type { Reason } from "./reasons.ts";

/** A field's value, or the code of what is wrong with it. */
export type Field<T> = { readonly value: T } | { readonly reason: Reason };

const ok = <T>(value: T): Field<T> => ({ value });
const bad = (reason: Reason): { reason: Reason } => ({ reason });

/** Longest text kept in characters; longer is rejected rather than cut. */
export const MAX_TEXT_LENGTH = 1_000;
/** Longest SKU in characters. */
export const MAX_SKU_LENGTH = 64;
/** More digits than this in an id or SKU could be a card number (12 to 19 digits; ids and SKUs seen have up to 13). */
export const MAX_ID_DIGITS = 14;
/** More digits before the point than this could be a card number in a record whose columns slipped. */
export const MAX_AMOUNT_DIGITS = 11;

// A zero stands in the group only alone: `0*(\d+)` would try every split of a field that is a megabyte of zeros.
const WHOLE_NUMBER = /^\+?0*(0|[1-9]\d*)(?:\.0*)?$/;

/**
 * A whole number as canonical digits: `42`, `0042` and `42.0` (spreadsheets write ids so) all give `42`.
 * No sign but plus, no exponent, no separators.
 */
export function parseWholeNumber(text: string): Field<string> {
  const digits = WHOLE_NUMBER.exec(text.trim())?.[1];
  if (digits === undefined) return bad(text.trim() === "" ? "missing_value" : "bad_whole_number");
  return ok(digits);
}

/** A natural key: a whole number above zero of at most 14 digits. */
export function parseId(text: string): Field<number> {
  const digits = parseWholeNumber(text);
  if ("reason" in digits) return digits;
  if (digits.value.length > MAX_ID_DIGITS) return bad("card_like_value");
  if (digits.value === "0") return bad("out_of_range");
  return ok(Number(digits.value));
}

/** A small whole number such as a device type: 0 to 2,147,483,647. */
export function parseSmallNumber(text: string): Field<number> {
  const digits = parseWholeNumber(text);
  if ("reason" in digits) return digits;
  const value = Number(digits.value);
  return value > 2_147_483_647 ? bad("out_of_range") : ok(value);
}

const WHOLE_SKU = /^(\d+)\.0+$/;
const DIGIT = /\p{N}/gu;

/** A stock keeping unit: text, with the `.0` that spreadsheets append to all-digit ones taken off. */
export function parseSku(text: string): Field<string> {
  const trimmed = text.trim();
  if (trimmed === "") return bad("missing_value");
  if (trimmed.includes("\0")) return bad("nul_byte");
  if (trimmed.length > MAX_SKU_LENGTH) return bad("too_long");
  const sku = WHOLE_SKU.exec(trimmed)?.[1] ?? trimmed;
  if (sku.length > MAX_ID_DIGITS && (sku.match(DIGIT)?.length ?? 0) > MAX_ID_DIGITS)
    return bad("card_like_value");
  return ok(sku);
}

/** Free text, trimmed; may be empty. */
export function parseText(text: string): Field<string> {
  const trimmed = text.trim();
  if (trimmed.length > MAX_TEXT_LENGTH) return bad("too_long");
  if (trimmed.includes("\0")) return bad("nul_byte");
  return ok(trimmed);
}

const AMOUNT = /^0*(0|[1-9]\d*)(?:\.(\d{1,2})0*)?$/;

/**
 * An amount as exact decimal text with two decimals: `749`, `0749` and `749.0` give `749.00`. No sign, exponent or
 * grouping; a third decimal that is not zero is refused rather than rounded. At most 11 digits before the point.
 */
export function parseAmount(text: string): Field<string> {
  const trimmed = text.trim();
  const match = AMOUNT.exec(trimmed);
  if (match === null) return bad(trimmed === "" ? "missing_value" : "bad_amount");
  const whole = match[1] ?? "0";
  if (whole.length > MAX_AMOUNT_DIGITS) return bad("card_like_value");
  return ok(`${whole}.${(match[2] ?? "").padEnd(2, "0")}`);
}

const STATUSES: ReadonlySet<string> = new Set(TRANSACTION_STATUSES);
const isStatus = (text: string): text is TransactionStatus => STATUSES.has(text);

/** A transaction status, in any case. */
export function parseStatus(text: string): Field<TransactionStatus> {
  const status = text.trim().toLowerCase();
  if (isStatus(status)) return ok(status);
  return bad(status === "" ? "missing_value" : "unknown_status");
}
