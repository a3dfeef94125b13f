import type { LabelRegistry } from "../../sources/labels.ts";
import {
  MOST_TUPLE_BYTES,
  writeFactHead,
  writeHashes,
  writeStagedHead,
  writeTail,
  type FactOrigin,
  type FactTail,
} from "./factTuple.ts";

/**
 * Tuples lie in pages of so many bytes, none across two. Pages are kept from chunk to chunk: nothing to collect. The first is
 * a small one, which is all that most files take.
 */
const PAGE_BYTES = 1 << 20;
const FIRST_PAGE_BYTES = 1 << 16;
const FIRST_ROWS = 1 << 9;

/** What the batch is told of a record besides its tail. */
export interface FactReferences {
  readonly deviceId: number;
  /** Place in the registry of labels. */
  readonly labelIndex: number;
}

/**
 * The accepted transactions of one chunk: each as a binary tuple whose head is open, and what is needed to decide about
 * it and to sum it up as columns of numbers. Used for chunk after chunk.
 */
export class FactBatch {
  rows = 0;
  /** By row. */
  transactionIds = new Float64Array(FIRST_ROWS);
  /** By row: place in `deviceIds`. */
  devices = new Int32Array(FIRST_ROWS);
  /** By row: place in the registry of labels. */
  labels = new Int32Array(FIRST_ROWS);
  statuses = new Uint8Array(FIRST_ROWS);
  cents = new Float64Array(FIRST_ROWS);
  happenedAt = new Float64Array(FIRST_ROWS);
  /** By row, `yyyymmdd`. */
  happenedDays = new Int32Array(FIRST_ROWS);
  createdDays = new Int32Array(FIRST_ROWS);
  /** Distinct devices, in the order in which they were met. */
  readonly deviceIds: number[] = [];
  /** Whether each id is higher than the one before. */
  isAscending = true;
  hasCards = false;
  /** Infinity, and 0, of no rows. */
  lowestId = Infinity;
  highestId = 0;

  readonly registry: LabelRegistry;
  readonly #origin: FactOrigin;
  readonly #deviceIndexes = new Map<number, number>();
  /** By row: page and place in it. */
  #places = new Float64Array(FIRST_ROWS);
  readonly #pages: Buffer[] = [];
  /** Bytes used of each page. */
  readonly #used: number[] = [];

  constructor(registry: LabelRegistry, origin: FactOrigin) {
    this.registry = registry;
    this.#origin = origin;
  }

  /** @returns the row that it became */
  add(tail: FactTail, { deviceId, labelIndex }: FactReferences): number {
    if (this.rows === this.transactionIds.length) this.#grow();
    const row = this.rows;
    const { transactionId } = tail;
    if (row > 0 && transactionId <= (this.transactionIds[row - 1] ?? 0)) this.isAscending = false;
    if (transactionId < this.lowestId) this.lowestId = transactionId;
    if (transactionId > this.highestId) this.highestId = transactionId;
    this.rows += 1;
    this.transactionIds[row] = transactionId;
    this.devices[row] = this.#deviceIndexOf(deviceId);
    this.labels[row] = labelIndex;
    this.statuses[row] = tail.status;
    this.cents[row] = tail.cents;
    this.happenedAt[row] = tail.happenedAt;
    this.happenedDays[row] = tail.happenedDateKey;
    this.createdDays[row] = tail.createdDateKey;
    if (tail.hasCard) this.hasCards = true;

    if (this.#isFull()) this.#addPage();
    const page = this.#used.length - 1;
    const start = this.#used[page] ?? 0;
    this.#places[row] = page * PAGE_BYTES + start;
    this.#used[page] = writeTail(this.#page(page), start, tail, this.#origin);
    return row;
  }

  /** Writes what was hashed of a row after it was added; see `HashSink`. */
  writeHashes(row: number, bytes: Uint8Array, digestAt: number, tokenAt: number): void {
    const { page, start } = this.#placeOf(row);
    writeHashes(this.#page(page), start, bytes, digestAt, tokenAt);
  }

  writeFactHead(
    row: number,
    storeKey: number,
    deviceKey: number,
    productKey: number,
    labelKey: number,
  ): void {
    const { page, start } = this.#placeOf(row);
    writeFactHead(this.#page(page), start, storeKey, deviceKey, productKey, labelKey);
  }

  writeStagedHead(row: number): void {
    const { page, start } = this.#placeOf(row);
    const label = this.registry.labels[this.labels[row] ?? 0];
    if (label === undefined) throw new Error("a label was forgotten before its chunk was committed");
    const deviceId = this.deviceIds[this.devices[row] ?? 0] ?? 0;
    writeStagedHead(this.#page(page), start, deviceId, label.digestCharacters);
  }

  /** The tuples of some rows, in rising order, as few buffers: where they are all, as they lie. */
  *tuplesOf(rows: Int32Array): Generator<Buffer> {
    if (rows.length === this.rows) {
      for (const [page, used] of this.#used.entries()) yield this.#page(page).subarray(0, used);
      return;
    }
    const all = this.#used.reduce((sum, used) => sum + used, 0);
    const mostBytes = Math.min(PAGE_BYTES, all + MOST_TUPLE_BYTES);
    let out = Buffer.allocUnsafe(mostBytes);
    let length = 0;
    for (const row of rows) {
      const { page, start } = this.#placeOf(row);
      const next = this.#placeOf(row + 1);
      const end = row + 1 < this.rows && next.page === page ? next.start : this.#used[page];
      if (length + MOST_TUPLE_BYTES > mostBytes) {
        yield out.subarray(0, length);
        out = Buffer.allocUnsafe(mostBytes);
        length = 0;
      }
      length += this.#page(page).copy(out, length, start, end);
    }
    if (length > 0) yield out.subarray(0, length);
  }

  clear(): void {
    this.rows = 0;
    this.deviceIds.length = 0;
    this.#deviceIndexes.clear();
    this.isAscending = true;
    this.hasCards = false;
    this.lowestId = Infinity;
    this.highestId = 0;
    this.#used.length = 0;
  }

  #deviceIndexOf(deviceId: number): number {
    let index = this.#deviceIndexes.get(deviceId);
    if (index === undefined) {
      index = this.deviceIds.length;
      this.deviceIds.push(deviceId);
      this.#deviceIndexes.set(deviceId, index);
    }
    return index;
  }

  #placeOf(row: number): { page: number; start: number } {
    const place = this.#places[row] ?? 0;
    const page = Math.floor(place / PAGE_BYTES);
    return { page, start: place - page * PAGE_BYTES };
  }

  #page(page: number): Buffer {
    const buffer = this.#pages[page];
    if (buffer === undefined) throw new Error(`there is no page ${page}`);
    return buffer;
  }

  /** Whether the page in use may have no room for another tuple. */
  #isFull(): boolean {
    const page = this.#pages[this.#used.length - 1];
    return page === undefined || (this.#used.at(-1) ?? 0) + MOST_TUPLE_BYTES > page.length;
  }

  #addPage(): void {
    const bytes = this.#pages.length === 0 ? FIRST_PAGE_BYTES : PAGE_BYTES;
    if (this.#pages.length === this.#used.length) this.#pages.push(Buffer.allocUnsafeSlow(bytes));
    this.#used.push(0);
  }

  #grow(): void {
    const length = 2 * this.transactionIds.length;
    const wider = <A extends Float64Array | Int32Array | Uint8Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.transactionIds = wider(this.transactionIds, new Float64Array(length));
    this.devices = wider(this.devices, new Int32Array(length));
    this.labels = wider(this.labels, new Int32Array(length));
    this.statuses = wider(this.statuses, new Uint8Array(length));
    this.cents = wider(this.cents, new Float64Array(length));
    this.happenedAt = wider(this.happenedAt, new Float64Array(length));
    this.happenedDays = wider(this.happenedDays, new Int32Array(length));
    this.createdDays = wider(this.createdDays, new Int32Array(length));
    this.#places = wider(this.#places, new Float64Array(length));
  }
}
