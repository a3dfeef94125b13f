import type { FramingRules } from "../../../src/sources/frameRecords.ts";
import type { Reason } from "../../../src/sources/reasons.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const SPACE = 0x20;
const TAB = 0x09;

/** One framed piece of a buffer. */
export interface Frame {
  /** First byte in the buffer. */
  readonly start: number;
  /** Byte after the last one of the record, its line end left out. */
  readonly end: number;
  /** Physical line on which it starts, counted from the first of the buffer, which is 0. */
  readonly line: number;
  /** Null for a record in good shape; otherwise why it cannot be read, and then it is one physical line. */
  readonly reason: Reason | null;
}

export interface FramedByByte {
  /** Records and broken lines in their order; blank lines are not among them. */
  readonly frames: Frame[];
  /** Bytes used up: the next call starts there. */
  readonly consumed: number;
  /** Physical lines used up. */
  readonly lines: number;
}

type Scan =
  | {
      readonly kind: "record";
      readonly end: number;
      readonly next: number;
      readonly lines: number;
      readonly fields: number;
      readonly blank: boolean;
    }
  | { readonly kind: "broken"; readonly reason: Reason }
  | { readonly kind: "incomplete" };

/** `frameRecords` in its plainest form: one loop over all bytes. What the fast one makes of any bytes must be the same. */
export function frameByByte(buffer: Buffer, atEnd: boolean, rules: FramingRules): FramedByByte {
  const frames: Frame[] = [];
  let position = 0;
  let line = 0;
  const stopAfter = rules.stopAfter ?? Infinity;
  while (position < buffer.length && frames.length < stopAfter) {
    const scan = scanRecord(buffer, position, atEnd, rules);
    if (scan.kind === "incomplete") break;
    if (
      scan.kind === "record" &&
      (scan.lines === 1 || rules.fieldCount === 0 || scan.fields === rules.fieldCount)
    ) {
      const lines = linesOf(buffer, position, scan.end);
      if (lines.slice(1).some(({ start, end }) => isRecord(buffer.subarray(start, end), rules))) {
        for (const [index, { start, end }] of lines.entries()) {
          if (end > start) frames.push({ start, end, line: line + index, reason: "record_in_quotes" });
        }
      } else if (!scan.blank) frames.push({ start: position, end: scan.end, line, reason: null });
      position = scan.next;
      line += scan.lines;
      continue;
    }
    const physical = endOfLine(buffer, position, atEnd);
    if (physical === undefined) break;
    // Several lines that do not make up one record were drawn together by a quote that was never closed.
    const cause = scan.kind === "broken" ? scan.reason : "unclosed_quote";
    // The same whether or not the line's end was in sight, so that reads may be cut anywhere.
    const reason = physical.end - position > rules.maxRecordBytes ? "record_too_long" : cause;
    frames.push({ start: position, end: physical.end, line, reason });
    position = physical.next;
    line += 1;
  }
  return { frames, consumed: position, lines: line };
}

/** Physical lines between two places, their ends left out. */
function linesOf(buffer: Buffer, from: number, to: number): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  for (let start = from; start < to;) {
    const { end, next } = endOfLine(buffer.subarray(0, to), start, true) ?? { end: to, next: to };
    lines.push({ start, end });
    start = next;
  }
  return lines;
}

/** Whether a line by itself is a record with as many fields as there should be. */
function isRecord(line: Buffer, rules: FramingRules): boolean {
  const scan = scanRecord(line, 0, true, rules);
  return rules.fieldCount > 1 && scan.kind === "record" && scan.fields === rules.fieldCount;
}

/** Reads one record from `start`, quotes and all. */
function scanRecord(buffer: Buffer, start: number, atEnd: boolean, rules: FramingRules): Scan {
  const { delimiter, maxRecordBytes } = rules;
  const limit = Math.min(buffer.length, start + maxRecordBytes + 1);
  let position = start;
  let fields = 1;
  let lines = 1;
  let blank = true;
  // Whether only spaces have been seen since the field began, so that a quote may still open it.
  let opening = true;
  while (position < limit) {
    const byte = buffer[position];
    if (byte === LF || byte === CR) {
      if (byte === CR && position + 1 === buffer.length && !atEnd) return { kind: "incomplete" };
      const width = byte === CR && buffer[position + 1] === LF ? 2 : 1;
      return { kind: "record", end: position, next: position + width, lines, fields, blank };
    }
    if (byte === delimiter) {
      fields += 1;
      opening = true;
      blank = false;
    } else if (byte === QUOTE) {
      if (!opening) return strayQuote(lines);
      blank = false;
      const quoted = scanQuoted(buffer, position + 1, limit);
      if (quoted === undefined) return outOfBytes(start, limit, atEnd, rules, "unclosed_quote");
      lines += quoted.lineEnds;
      position = quoted.next;
      while (
        position < limit &&
        buffer[position] !== delimiter &&
        (buffer[position] === SPACE || buffer[position] === TAB)
      )
        position += 1;
      if (position >= limit) break;
      const after = buffer[position];
      if (after !== delimiter && after !== LF && after !== CR) return strayQuote(lines);
      opening = false;
      continue;
    } else if (byte !== SPACE && byte !== TAB) {
      opening = false;
      blank = false;
    }
    position += 1;
  }
  if (limit === buffer.length && atEnd && limit - start <= maxRecordBytes) {
    return { kind: "record", end: limit, next: limit, lines, fields, blank };
  }
  return outOfBytes(start, limit, atEnd, rules, "record_too_long");
}

/** A quote that is out of place on a later line than the record's first was opened by one that lacks its partner. */
function strayQuote(lines: number): Scan {
  return { kind: "broken", reason: lines === 1 ? "stray_quote" : "unclosed_quote" };
}

/** From the byte after the opening quote to the byte after the closing one; undefined when it does not close before `limit`. */
function scanQuoted(
  buffer: Buffer,
  from: number,
  limit: number,
): { next: number; lineEnds: number } | undefined {
  let lineEnds = 0;
  for (let position = from; position < limit; position += 1) {
    const byte = buffer[position];
    if (byte === QUOTE) {
      // What lies beyond the limit is not looked at: it may not have been read yet.
      if (position + 1 === limit || buffer[position + 1] !== QUOTE) return { next: position + 1, lineEnds };
      position += 1;
    } else if (byte === LF || (byte === CR && buffer[position + 1] !== LF)) {
      lineEnds += 1;
    }
  }
  return undefined;
}

/** The bytes ended before the record did: wait for more, unless there are none or it is too long already. */
function outOfBytes(start: number, limit: number, atEnd: boolean, rules: FramingRules, reason: Reason): Scan {
  const tooLong = limit - start > rules.maxRecordBytes;
  return tooLong || atEnd ? { kind: "broken", reason } : { kind: "incomplete" };
}

/** The physical line at `start`; undefined when its end may still come, as the LF of a CRLF may. */
function endOfLine(buffer: Buffer, start: number, atEnd: boolean): { end: number; next: number } | undefined {
  for (let end = start; end < buffer.length; end += 1) {
    const byte = buffer[end];
    if (byte === LF) return { end, next: end + 1 };
    if (byte !== CR) continue;
    if (end + 1 === buffer.length && !atEnd) return undefined;
    return { end, next: end + (buffer[end + 1] === LF ? 2 : 1) };
  }
  return atEnd ? { end: buffer.length, next: buffer.length } : undefined;
}
