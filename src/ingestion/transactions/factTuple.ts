import { TRANSACTION_STATUSES } from "../../sources/contracts.ts";
import { DIGEST_BYTES } from "../../sources/sha256/recordHashes.ts";

/**
 * Facts in PostgreSQL's binary COPY format (PostgreSQL documentation, COPY, "Binary Format"): each field is its length
 * in four bytes, then its value, all big-endian.
 *
 * A tuple is a head of 34 bytes and a tail. The tail says all that a record says by itself. The head says what it
 * refers to, in one of two ways that happen to be of one length, so that it can be filled in where the tuple stands
 * once it is known which: four keys, for a fact; or the natural keys of device and label, for the staging table.
 */

/** Columns of a fact, in the order of its tuple. */
export const FACT_COLUMNS =
  "store_key, device_key, product_key, label_key, transaction_id, happened_at, created_at, source_line, digest, card_token, happened_date_key, created_date_key, run_id, file_id, status, card_key_id, card_last4, amount";
/** Columns of a staged transaction, in the order of its tuple. */
export const STAGED_COLUMNS =
  "device_id, label_digest, transaction_id, happened_at, created_at, source_line, digest, card_token, happened_date_key, created_date_key, stated_run_id, file_id, status, card_key_id, card_last4, amount";

export const COPY_HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

const FACT_FIELDS = 18;
const STAGED_FIELDS = 16;
export const HEAD_BYTES = 34;
/** Id, two times and line. */
const BEFORE_DIGEST_BYTES = 4 * 12;
/** No tuple is longer. */
export const MOST_TUPLE_BYTES = 256;

/** PostgreSQL counts microseconds from 2000-01-01. */
const POSTGRES_EPOCH_MICROS = Date.UTC(2000, 0, 1) * 1000;
const TWO_TO_32 = 2 ** 32;
const STATUS_BYTES = TRANSACTION_STATUSES.map((status) => Buffer.from(status, "latin1"));

/** What a record says by itself. */
export interface FactTail {
  readonly transactionId: number;
  /** Microseconds of the epoch. */
  readonly happenedAt: number;
  readonly createdAt: number;
  readonly line: number;
  /** Sixteen bytes, as Latin-1 characters; null to be written later. */
  readonly digest: string | null;
  readonly hasCard: boolean;
  /** In the same form; null without a card, or to be written later. */
  readonly cardToken: string | null;
  readonly cardLast4: number;
  readonly happenedDateKey: number;
  readonly createdDateKey: number;
  /** Place in `TRANSACTION_STATUSES`. */
  readonly status: number;
  /** Hundredths. */
  readonly cents: number;
}

/** What all records of a file have in common. */
export interface FactOrigin {
  readonly runId: number;
  readonly fileId: number;
  readonly cardKeyId: number;
}

/**
 * Writes a tuple whose head is left open.
 *
 * @returns the position behind it
 */
export function writeTail(out: Buffer, start: number, tail: FactTail, origin: FactOrigin): number {
  let at = start + HEAD_BYTES;
  at = writeInt64(out, at, tail.transactionId);
  at = writeInt64(out, at, tail.happenedAt - POSTGRES_EPOCH_MICROS);
  at = writeInt64(out, at, tail.createdAt - POSTGRES_EPOCH_MICROS);
  at = writeInt64(out, at, tail.line);
  at = writeUuid(out, at, tail.digest);
  at = tail.hasCard ? writeUuid(out, at, tail.cardToken) : writeNull(out, at);
  at = writeInt32(out, at, tail.happenedDateKey);
  at = writeInt32(out, at, tail.createdDateKey);
  at = writeInt32(out, at, origin.runId);
  at = writeInt32(out, at, origin.fileId);
  at = writeStatus(out, at, tail.status);
  if (tail.hasCard) {
    at = writeInt16(out, at, origin.cardKeyId);
    at = writeFourDigits(out, at, tail.cardLast4);
  } else {
    at = writeNull(out, writeNull(out, at));
  }
  return writeCents(out, at, tail.cents);
}

/** Writes digest and token, if there is one, into a tuple that was left without them. */
export function writeHashes(
  out: Buffer,
  start: number,
  bytes: Uint8Array,
  digestAt: number,
  tokenAt: number,
): void {
  const digest = start + HEAD_BYTES + BEFORE_DIGEST_BYTES + 4;
  // For so few bytes a loop is faster than a call of `set`.
  for (let place = 0; place < DIGEST_BYTES; place += 1) out[digest + place] = bytes[digestAt + place] ?? 0;
  if (tokenAt < 0) return;
  const token = digest + DIGEST_BYTES + 4;
  for (let place = 0; place < DIGEST_BYTES; place += 1) out[token + place] = bytes[tokenAt + place] ?? 0;
}

/** Fills the head in as a fact's. */
export function writeFactHead(
  out: Buffer,
  start: number,
  storeKey: number,
  deviceKey: number,
  productKey: number,
  labelKey: number,
): void {
  putInt16(out, start, FACT_FIELDS);
  let at = writeInt32(out, start + 2, storeKey);
  at = writeInt32(out, at, deviceKey);
  at = writeInt32(out, at, productKey);
  writeInt32(out, at, labelKey);
}

/**
 * Fills the head in as a staged transaction's.
 *
 * @param labelDigest sixteen bytes as Latin-1 characters
 */
export function writeStagedHead(out: Buffer, start: number, deviceId: number, labelDigest: string): void {
  putInt16(out, start, STAGED_FIELDS);
  writeUuid(out, writeInt64(out, start + 2, deviceId), labelDigest);
}

function putInt16(out: Buffer, at: number, value: number): void {
  out[at] = value >> 8;
  out[at + 1] = value;
}

function putInt32(out: Buffer, at: number, value: number): void {
  out[at] = value >> 24;
  out[at + 1] = value >> 16;
  out[at + 2] = value >> 8;
  out[at + 3] = value;
}

function writeNull(out: Buffer, at: number): number {
  putInt32(out, at, -1);
  return at + 4;
}

function writeInt16(out: Buffer, at: number, value: number): number {
  putInt32(out, at, 2);
  putInt16(out, at + 4, value);
  return at + 6;
}

function writeInt32(out: Buffer, at: number, value: number): number {
  putInt32(out, at, 4);
  putInt32(out, at + 4, value);
  return at + 8;
}

/** A whole number that a double holds exactly, of either sign. */
function writeInt64(out: Buffer, at: number, value: number): number {
  const high = Math.floor(value / TWO_TO_32);
  putInt32(out, at, 8);
  putInt32(out, at + 4, high);
  putInt32(out, at + 8, (value - high * TWO_TO_32) | 0);
  return at + 12;
}

/** @param bytes null to leave its place open */
function writeUuid(out: Buffer, at: number, bytes: string | null): number {
  putInt32(out, at, DIGEST_BYTES);
  if (bytes !== null) out.write(bytes, at + 4, DIGEST_BYTES, "latin1");
  return at + 4 + DIGEST_BYTES;
}

/** An enum travels as its label. */
function writeStatus(out: Buffer, at: number, status: number): number {
  const label = STATUS_BYTES[status];
  if (label === undefined) throw new Error(`no status has the place ${status}`);
  putInt32(out, at, label.length);
  out.set(label, at + 4);
  return at + 4 + label.length;
}

function writeFourDigits(out: Buffer, at: number, value: number): number {
  putInt32(out, at, 4);
  let rest = value;
  for (let place = at + 7; place >= at + 4; place -= 1) {
    out[place] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return at + 8;
}

/** Digits of a `numeric` are of base 10,000: here up to three before the point, and one for the two decimals. */
function writeCents(out: Buffer, at: number, cents: number): number {
  let whole = Math.floor(cents / 100);
  const hundredths = cents - whole * 100;
  let integers = 0;
  for (let rest = whole; rest > 0; rest = Math.floor(rest / 10_000)) integers += 1;
  const digits = integers + (hundredths === 0 ? 0 : 1);
  putInt32(out, at, 8 + 2 * digits);
  putInt16(out, at + 4, digits);
  // The place of the first digit; of none, as of decimals only, PostgreSQL has 0 and -1.
  putInt16(out, at + 6, integers === 0 && digits === 0 ? 0 : integers - 1);
  putInt16(out, at + 8, 0);
  putInt16(out, at + 10, 2);
  for (let place = integers - 1; place >= 0; place -= 1) {
    putInt16(out, at + 12 + 2 * place, whole % 10_000);
    whole = Math.floor(whole / 10_000);
  }
  if (hundredths !== 0) putInt16(out, at + 12 + 2 * integers, hundredths * 100);
  return at + 12 + 2 * digits;
}
