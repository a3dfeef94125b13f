import { RECORD_TOO_LONG, STRAY_QUOTE, UNCLOSED_QUOTE, type BrokenCode } from "./frameList.ts";

// Each module that looks at every byte has these for itself: an imported constant is read from memory each time.
const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const SPACE = 0x20;
const TAB = 0x09;

export interface ScanningRules {
  /** The delimiter's byte. */
  readonly delimiter: number;
  /** A longer record is broken. */
  readonly maxRecordBytes: number;
}

/** A record as its quotes have it, if they do. */
export type QuotedScan =
  | {
      readonly kind: "record";
      /** Byte after it, its line end left out. */
      readonly end: number;
      /** Byte after its line end. */
      readonly next: number;
      /** Physical lines that it takes. */
      readonly lines: number;
      readonly fields: number;
    }
  | { readonly kind: "broken"; readonly code: BrokenCode }
  /** The bytes end before the record does, and more may come. */
  | { readonly kind: "incomplete" };

/** Reads one record from `start` byte by byte, quotes and all. */
export function scanQuotedRecord(
  buffer: Buffer,
  start: number,
  atEnd: boolean,
  rules: ScanningRules,
): QuotedScan {
  const { delimiter, maxRecordBytes } = rules;
  const limit = Math.min(buffer.length, start + maxRecordBytes + 1);
  let position = start;
  let fields = 1;
  let lines = 1;
  // Whether only spaces have been seen since the field began, so that a quote may still open it.
  let opening = true;
  while (position < limit) {
    const byte = buffer[position];
    if (byte === LF || byte === CR) {
      if (byte === CR && position + 1 === buffer.length && !atEnd) return { kind: "incomplete" };
      const width = byte === CR && buffer[position + 1] === LF ? 2 : 1;
      return { kind: "record", end: position, next: position + width, lines, fields };
    }
    if (byte === delimiter) {
      fields += 1;
      opening = true;
    } else if (byte === QUOTE) {
      if (!opening) return strayQuote(lines);
      const quoted = scanQuoted(buffer, position + 1, limit);
      if (quoted === undefined) return outOfBytes(start, limit, atEnd, rules, UNCLOSED_QUOTE);
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
    }
    position += 1;
  }
  if (limit === buffer.length && atEnd && limit - start <= maxRecordBytes) {
    return { kind: "record", end: limit, next: limit, lines, fields };
  }
  return outOfBytes(start, limit, atEnd, rules, RECORD_TOO_LONG);
}

/** A quote that is out of place on a later line than the record's first was opened by one that lacks its partner. */
function strayQuote(lines: number): QuotedScan {
  return { kind: "broken", code: lines === 1 ? STRAY_QUOTE : UNCLOSED_QUOTE };
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
function outOfBytes(
  start: number,
  limit: number,
  atEnd: boolean,
  rules: ScanningRules,
  code: BrokenCode,
): QuotedScan {
  const tooLong = limit - start > rules.maxRecordBytes;
  return tooLong || atEnd ? { kind: "broken", code } : { kind: "incomplete" };
}
