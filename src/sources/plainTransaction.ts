import { copyCardDigits } from "./cards.ts";
import { MAX_AMOUNT_DIGITS, MAX_ID_DIGITS } from "./fields.ts";
import type { BoundColumns } from "./header.ts";
import type { Label, LabelRegistry } from "./labels.ts";
import { FIELD_SEPARATOR, type ParsingRules } from "./parsing.ts";
import {
  centsOf,
  copyField,
  idOf,
  lastFourDigits,
  STATUS_BYTES,
  statusOf,
  writeDigits,
  writeMicros,
} from "./plainFields.ts";
import { plainText, splitPlainRecord } from "./splitPlainRecord.ts";
import { wallSecondsOf } from "./plainTimestamp.ts";
import { MOST_TEXT_BYTES, type RecordHashes } from "./sha256/recordHashes.ts";

const ZERO = 0x30;
const POINT = 0x2e;
const QUOTE = 0x22;
const SEPARATOR = FIELD_SEPARATOR.charCodeAt(0);

/** Of what stands before the label: two ids, amount, status, two times, five separators. */
const MOST_HEAD_BYTES = 2 * MAX_ID_DIGITS + MAX_AMOUNT_DIGITS + 3 + 9 + 2 * 16 + 5;

/**
 * Reads ordinary transactions from the bytes of a file, without a string made of a field. What it reads, it reads as
 * `transactionParser` does, which a property test holds; anything else (other notations, spaces around a value, values
 * that must be rejected, texts to be masked) it leaves to that parser. One object serves all records of a file: the
 * values of the record read last stand in its fields, and what is to be hashed of it where `hashes` wants the next
 * record's.
 */
export class PlainTransactionReader {
  transactionId = 0;
  deviceId = 0;
  /** Hundredths. */
  cents = 0;
  /** Place in `TRANSACTION_STATUSES`. */
  status = 0;
  /** Microseconds of the epoch. */
  createdAt = 0;
  /** Microseconds of the epoch. */
  happenedAt = 0;
  label: Label | null = null;
  /** Bytes of the text that the digest is over. */
  textBytes = 0;
  /** Digits of the card; 0 where there is no card. */
  cardDigits = 0;
  /** The card's last four digits, as the number that they make up; 0 where there is no card. */
  cardLast4 = 0;

  readonly #bounds: Int32Array;
  readonly #delimiter: number;
  readonly #rules: ParsingRules;
  readonly #labels: LabelRegistry;
  /** Twice the index of each column: where its bounds stand. */
  readonly #at;
  /** Whether name, SKU and category stand side by side: then their bytes are one key. */
  readonly #labelSpan: { readonly first: number; readonly last: number } | null;
  readonly #hashes: RecordHashes;

  constructor(
    columns: BoundColumns,
    delimiter: number,
    rules: ParsingRules,
    labels: LabelRegistry,
    hashes: RecordHashes,
  ) {
    this.#bounds = new Int32Array(2 * columns.fieldCount);
    this.#delimiter = delimiter;
    this.#rules = rules;
    this.#labels = labels;
    this.#hashes = hashes;
    const slot = (name: string): number => 2 * (columns.indexOf.get(name) ?? ABSENT);
    this.#at = {
      id: slot("id"),
      device_id: slot("device_id"),
      product_name: slot("product_name"),
      product_sku: slot("product_sku"),
      category_name: slot("category_name"),
      amount: slot("amount"),
      status: slot("status"),
      created_at: slot("created_at"),
      happened_at: slot("happened_at"),
      card_number: slot("card_number"),
    };
    const texts = [this.#at.product_name, this.#at.product_sku, this.#at.category_name];
    const first = Math.min(...texts);
    const last = Math.max(...texts);
    this.#labelSpan = last - first === 4 ? { first, last } : null;
  }

  /**
   * Reads one framed record of valid UTF-8.
   *
   * @param end byte after the record, its line end left out
   * @returns whether it was an ordinary one; if not, the fields mean nothing
   */
  read(bytes: Buffer, start: number, end: number): boolean {
    const bounds = this.#bounds;
    if (2 * splitPlainRecord(bytes, start, end, this.#delimiter, bounds) !== bounds.length) return false;
    const at = this.#at;

    this.transactionId = idOf(bytes, bounds, at.id);
    this.deviceId = idOf(bytes, bounds, at.device_id);
    this.cents = centsOf(bytes, bounds, at.amount);
    this.status = statusOf(bytes, bounds, at.status);
    if (this.transactionId < 0 || this.deviceId < 0 || this.cents < 0 || this.status < 0) return false;
    this.createdAt = this.#microsOf(bytes, at.created_at);
    this.happenedAt = this.#microsOf(bytes, at.happened_at);
    if (!(this.createdAt > 0) || !(this.happenedAt > 0)) return false;
    if (!this.#readLabel(bytes) || !this.#readCard(bytes)) return false;
    this.#writeText(bytes);
    return true;
  }

  /** Not a number for what is no ordinary time. */
  #microsOf(bytes: Buffer, slot: number): number {
    const { dateOrder, localTime } = this.#rules.timestamps;
    const bounds = this.#bounds;
    const seconds = wallSecondsOf(bytes, bounds[slot] ?? 0, bounds[slot + 1] ?? 0, dateOrder === "mdy");
    if (seconds < 0) return Number.NaN;
    const instant = localTime(seconds * 1000);
    // A zone's offset may take a time over the edge of what is allowed; then there is a reason to give.
    return typeof instant === "number" && instant > 0 && seconds < LAST_SURE_SECOND
      ? instant * 1000
      : Number.NaN;
  }

  #readLabel(bytes: Buffer): boolean {
    const { product_sku: sku, product_name: name, category_name: category } = this.#at;
    const text = (slot: number): string =>
      plainText(bytes, this.#bounds[slot] ?? 0, this.#bounds[slot + 1] ?? 0);
    const key = this.#labelKey(bytes);
    this.label = this.#labels.plainLabel(key, () => ({
      sku: text(sku),
      name: text(name),
      category: text(category),
    }));
    return this.label !== null && MOST_HEAD_BYTES + this.label.digestBytes.length <= MOST_TEXT_BYTES;
  }

  /** Bytes that no other label has, as Latin-1 characters. */
  #labelKey(bytes: Buffer): string {
    const bounds = this.#bounds;
    const span = this.#labelSpan;
    if (span !== null) {
      const start = bounds[span.first] ?? 0;
      // With the quote that opens it, the first field tells where it ends, and so do the others.
      return bytes.toString("latin1", bytes[start - 1] === QUOTE ? start - 1 : start, bounds[span.last + 1]);
    }
    const { product_sku: sku, product_name: name, category_name: category } = this.#at;
    return [sku, name, category]
      .map((slot) => bytes.toString("latin1", bounds[slot], bounds[slot + 1]))
      .map((text) => `${text.length} ${text}`)
      .join("");
  }

  #readCard(bytes: Buffer): boolean {
    this.cardDigits = 0;
    this.cardLast4 = 0;
    const slot = this.#at.card_number;
    if (slot < 0) return true;
    const start = this.#bounds[slot] ?? 0;
    const end = this.#bounds[slot + 1] ?? 0;
    if (start === end) return true;
    const hashes = this.#hashes;
    this.cardDigits = copyCardDigits(bytes, start, end, hashes.bytes, hashes.cardAt);
    if (this.cardDigits === 0) {
      hashes.wipeCard();
      return false;
    }
    this.cardLast4 = lastFourDigits(bytes, end);
    return true;
  }

  /** The text that the parser's digest is over: canonical values, each behind a separator. */
  #writeText(bytes: Buffer): void {
    const label = this.label?.digestBytes ?? NO_BYTES;
    const out = this.#hashes.bytes;
    const start = this.#hashes.textAt;
    const bounds = this.#bounds;
    const { id, device_id: device } = this.#at;
    let position = copyField(bytes, bounds, id, out, start);
    position = copyField(bytes, bounds, device, out, position);
    position = writeDigits(out, position, Math.floor(this.cents / 100));
    const hundredths = this.cents % 100;
    out[position] = POINT;
    out[position + 1] = ZERO + ((hundredths / 10) | 0);
    out[position + 2] = ZERO + (hundredths % 10);
    out[position + 3] = SEPARATOR;
    const status = STATUS_BYTES[this.status] ?? NO_BYTES;
    for (let place = 0; place < status.length; place += 1) out[position + 4 + place] = status[place] ?? 0;
    position += 4 + status.length;
    out[position] = SEPARATOR;
    position = writeMicros(out, position + 1, this.createdAt);
    out[position] = SEPARATOR;
    position = writeMicros(out, position + 1, this.happenedAt);
    out.set(label, position);
    this.textBytes = position + label.length - start;
  }
}

const NO_BYTES = Buffer.alloc(0);
/** Index of a column that the file lacks. */
const ABSENT = -1;
/** No zone's offset takes an earlier time out of the years that are allowed. */
const LAST_SURE_SECOND = Date.UTC(2100, 11, 30) / 1000;
