import { Unusable } from "../carrier.ts";
import { holdsLineBreak } from "./cellField.ts";
import type { TextBlocks } from "./textBlocks.ts";

/** Of one piece of the memory that fields are kept in. */
const PAGE_BYTES = 1 << 20;
/** Fields whose ends are kept in one piece. */
const PAGE_ENDS = 1 << 16;
const END_BYTES = 4;
const NO_BYTES = Buffer.alloc(0);

/**
 * Fields in UTF-8, one behind the other, told by their numbers: a million of 15 characters take 19 MB, where strings
 * would take 40. They may be card numbers, so they are kept in memory and nowhere else. It grows by a page at a time.
 */
export class KeptFields {
  count = 0;
  /** Whether any of them would take more than one line. */
  holdLineBreaks = false;
  readonly #what: string;
  readonly #mostBytes: number;
  readonly #pages: Buffer[] = [];
  readonly #ends: Uint32Array[] = [];
  #length = 0;

  /**
   * @param what they are in messages
   * @param mostBytes of memory that they may take, less than 4 GB
   */
  constructor(what: string, mostBytes: number) {
    this.#what = what;
    this.#mostBytes = mostBytes;
  }

  /** @throws Unusable where a field of so many bytes is too much */
  requireRoom(bytes: number): void {
    if (this.#length + bytes + END_BYTES * (this.count + 1) <= this.#mostBytes) return;
    throw new Unusable(
      "refused",
      `${this.#what} takes more memory than the ${Math.floor(this.#mostBytes / PAGE_BYTES)} MB that it may: ` +
        "save the sheet as CSV, or its rows in several workbooks",
    );
  }

  add(text: string): void {
    const field = Buffer.from(text);
    this.requireRoom(field.length);
    this.holdLineBreaks ||= holdsLineBreak(text);
    for (let from = 0; from < field.length;) {
      const at = this.#length % PAGE_BYTES;
      if (at === 0) this.#pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
      const copied = field.copy(this.#pages.at(-1) ?? NO_BYTES, at, from);
      from += copied;
      this.#length += copied;
    }
    const at = this.count % PAGE_ENDS;
    if (at === 0) this.#ends.push(new Uint32Array(PAGE_ENDS));
    this.#ends.at(-1)?.fill(this.#length, at, at + 1);
    this.count += 1;
  }

  /** Bytes of a field. */
  lengthOf(index: number): number {
    return this.#endOf(index) - this.#endOf(index - 1);
  }

  write(index: number, text: TextBlocks): void {
    const end = this.#endOf(index);
    for (let position = this.#endOf(index - 1); position < end;) {
      const at = position % PAGE_BYTES;
      const length = Math.min(end - position, PAGE_BYTES - at);
      text.bytes(this.#pageOf(position), at, at + length);
      position += length;
    }
  }

  /** A field, or so many bytes of its beginning, of which the last character may be cut. */
  text(index: number, mostBytes = Infinity): string {
    const start = this.#endOf(index - 1);
    const bytes = Buffer.alloc(Math.min(this.lengthOf(index), mostBytes));
    for (let at = 0; at < bytes.length; at += 1)
      bytes[at] = this.#pageOf(start + at)[(start + at) % PAGE_BYTES] ?? 0;
    return bytes.toString();
  }

  #pageOf(position: number): Buffer {
    return this.#pages[Math.floor(position / PAGE_BYTES)] ?? NO_BYTES;
  }

  /** Where a field ends; that before the first, at 0. */
  #endOf(index: number): number {
    return index < 0 ? 0 : (this.#ends[Math.floor(index / PAGE_ENDS)]?.[index % PAGE_ENDS] ?? 0);
  }
}
