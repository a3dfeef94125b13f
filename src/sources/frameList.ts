import type { Reason } from "./reasons.ts";

/** Codes in `FrameList.reasons`. */
export const FRAMED_WELL = 0;
export const STRAY_QUOTE = 1;
export const UNCLOSED_QUOTE = 2;
export const RECORD_TOO_LONG = 3;
export const RECORD_IN_QUOTES = 4;
export type BrokenCode = typeof STRAY_QUOTE | typeof UNCLOSED_QUOTE | typeof RECORD_TOO_LONG;
export type FrameCode = typeof FRAMED_WELL | BrokenCode | typeof RECORD_IN_QUOTES;

/** What a code stands for: null for a record in good shape, otherwise why it cannot be read. */
export const FRAME_REASONS: readonly (Reason | null)[] = [
  null,
  "stray_quote",
  "unclosed_quote",
  "record_too_long",
  "record_in_quotes",
];

/**
 * Framed pieces of a buffer, in their order, as columns: frame `i` is the element `i` of each. Columns cost no object a
 * record, and go to another thread without a copy. They may be longer than `count`; what lies behind it means nothing.
 */
export interface FrameList {
  readonly count: number;
  /** First byte in the buffer. */
  readonly starts: Int32Array<ArrayBuffer>;
  /** Byte after the last one of the record, its line end left out. */
  readonly ends: Int32Array<ArrayBuffer>;
  /** Physical line on which it starts, counted from the first of the buffer, which is 0. */
  readonly lines: Int32Array<ArrayBuffer>;
  /** Index into `FRAME_REASONS`. A frame that cannot be read is one physical line. */
  readonly reasons: Uint8Array<ArrayBuffer>;
}

/** For `postMessage`: with these the columns are moved to the other thread, and are empty here. */
export function transferOf({ starts, ends, lines, reasons }: FrameList): ArrayBuffer[] {
  return [starts.buffer, ends.buffer, lines.buffer, reasons.buffer];
}

/** A list of frames that grows. */
export class GrowingFrameList implements FrameList {
  count = 0;
  starts: Int32Array<ArrayBuffer>;
  ends: Int32Array<ArrayBuffer>;
  lines: Int32Array<ArrayBuffer>;
  reasons: Uint8Array<ArrayBuffer>;

  /** @param capacity frames that it has room for at first */
  constructor(capacity: number) {
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.lines = new Int32Array(capacity);
    this.reasons = new Uint8Array(capacity);
  }

  add(start: number, end: number, line: number, code: FrameCode): void {
    const { count } = this;
    if (count === this.starts.length) this.#grow();
    this.starts[count] = start;
    this.ends[count] = end;
    this.lines[count] = line;
    this.reasons[count] = code;
    this.count = count + 1;
  }

  #grow(): void {
    const capacity = Math.max(16, 2 * this.starts.length);
    this.starts = longer(this.starts, new Int32Array(capacity));
    this.ends = longer(this.ends, new Int32Array(capacity));
    this.lines = longer(this.lines, new Int32Array(capacity));
    const reasons = new Uint8Array(capacity);
    reasons.set(this.reasons);
    this.reasons = reasons;
  }
}

function longer(from: Int32Array, into: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  into.set(from);
  return into;
}
