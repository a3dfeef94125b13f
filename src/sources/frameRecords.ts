import {
  FRAMED_WELL,
  GrowingFrameList,
  RECORD_TOO_LONG,
  UNCLOSED_QUOTE,
  type FrameList,
} from "./frameList.ts";
import { addLinesInDoubt, holdsRecord } from "./recordInQuotes.ts";
import { isWellQuoted } from "./isWellQuoted.ts";
import { scanQuotedRecord, type ScanningRules } from "./scanQuotedRecord.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const SPACE = 0x20;
const TAB = 0x09;

export interface FramedBuffer {
  /** Records and broken lines in their order; blank lines are not among them. */
  readonly frames: FrameList;
  /** Bytes used up: the next call starts there. */
  readonly consumed: number;
  /** Physical lines used up. */
  readonly lines: number;
}

export interface FramingRules extends ScanningRules {
  /** Fields of a record; 0 while unknown (the header). Decides whether a record over several lines is one. */
  readonly fieldCount: number;
  /** Frames to stop after; all where absent. */
  readonly stopAfter?: number;
}

/** There is room at first for records of so many bytes. */
const SHORT_RECORD_BYTES = 64;

/**
 * Finds the records of a buffer that begins at a record's start. fast-csv reads records well, but a stray or unclosed
 * quote makes it quadratic and loses the lines around; so nothing reaches it that is not whole and well quoted.
 *
 * Line ends are LF, CRLF and CR. A quoted field opens at the field's start (spaces before it are allowed), doubles the
 * quotes inside, and is followed by a delimiter or a line end. A record that breaks this costs its first physical line
 * only: framing goes on at the next. A record with a line in its quotes that would be a record as well costs all of its
 * lines. The work is linear whatever the buffer holds: a line with an even number of quotes leaves none open behind it,
 * and one with an odd number is at the latest closed by the next such line, so a byte is scanned for two records at
 * most, and once more in a line of a record.
 *
 * A line without a quote, as most are, is a record whatever else it holds: it costs the search for its end, which
 * `indexOf` does about as fast as memory is read. Line ends and quotes are each searched on from where the last of
 * their kind was, so a kind that the file does not use costs one search of the buffer, not one a record.
 */
export function frameRecords(buffer: Buffer, atEnd: boolean, rules: FramingRules): FramedBuffer {
  const { length } = buffer;
  const { delimiter, fieldCount, maxRecordBytes, stopAfter = Infinity } = rules;
  const frames = new GrowingFrameList(Math.min(stopAfter, Math.ceil(length / SHORT_RECORD_BYTES)));
  let position = 0;
  let line = 0;
  // The first of its kind from `position` on; `length` where there is none.
  let lf = -1;
  let cr = -1;
  let quote = -1;
  while (position < length && frames.count < stopAfter) {
    if (lf < position) lf = positionOf(LF, buffer, position);
    if (cr < position) cr = positionOf(CR, buffer, position);
    if (quote < position) quote = positionOf(QUOTE, buffer, position);
    const end = lf < cr ? lf : cr;
    // No record ends before its first physical line does. A CR at the very end may belong to a CRLF.
    if (!atEnd && (end === length || (end === cr && end + 1 === length))) break;
    if (lf === position) {
      // A gigabyte of them is no more than read: a search for the next one each would take a minute.
      for (; buffer[position] === LF; position += 1) line += 1;
      continue;
    }
    // The same whether or not the line's end was in sight, so that reads may be cut anywhere.
    if (end - position > maxRecordBytes) {
      frames.add(position, end, line, RECORD_TOO_LONG);
    } else if (quote >= end) {
      if (!isBlank(buffer, position, end, delimiter)) frames.add(position, end, line, FRAMED_WELL);
    } else if (isWellQuoted(buffer, position, quote, end, delimiter)) {
      frames.add(position, end, line, FRAMED_WELL);
    } else {
      const scan = scanQuotedRecord(buffer, position, atEnd, rules);
      if (scan.kind === "incomplete") break;
      if (scan.kind === "record" && (scan.lines === 1 || fieldCount === 0 || scan.fields === fieldCount)) {
        const record = scan.lines === 1 ? null : buffer.subarray(position, scan.end);
        if (record === null || !holdsRecord(record, fieldCount, rules))
          frames.add(position, scan.end, line, FRAMED_WELL);
        else addLinesInDoubt(frames, record, position, line);
        position = scan.next;
        line += scan.lines;
        continue;
      }
      // Several lines that do not make up one record were drawn together by a quote that was never closed.
      frames.add(position, end, line, scan.kind === "record" ? UNCLOSED_QUOTE : scan.code);
    }
    position = Math.min(length, end === cr && lf === end + 1 ? end + 2 : end + 1);
    line += 1;
  }
  return { frames, consumed: position, lines: line };
}

/** The first such byte from a position on; the buffer's length where there is none. */
function positionOf(byte: number, buffer: Buffer, from: number): number {
  const found = buffer.indexOf(byte, from);
  return found === -1 ? buffer.length : found;
}

/** Whether a line has nothing but white space in it; a delimiter is none. */
function isBlank(buffer: Buffer, start: number, end: number, delimiter: number): boolean {
  for (let position = start; position < end; position += 1) {
    const byte = buffer[position];
    if (byte === delimiter || (byte !== SPACE && byte !== TAB)) return false;
  }
  return true;
}
