import type { Dialect } from "./dialect.ts";
import { endOfLine } from "./endOfLine.ts";
import { FRAME_REASONS, GrowingFrameList, RECORD_TOO_LONG, type FrameList } from "./frameList.ts";
import { frameRecords, type FramingRules } from "./frameRecords.ts";

/** The records that one read completed. */
export interface FramedBlock {
  /** What `frames` are places in. */
  readonly bytes: Buffer;
  readonly frames: FrameList;
  /** Physical line of the first of these bytes, from 1. */
  readonly line: number;
}

/**
 * A step through a text. One without frames may end inside a line that is too long; one with frames ends where the
 * next record starts, so that reading may go on from there.
 */
export interface FramedStep extends FramedBlock {
  /** The bytes used up, blank lines among them; contiguous from step to step. */
  readonly text: Buffer;
  /** Physical lines that end in those bytes; an unfinished last one of the text counts too. */
  readonly lines: number;
  /**
   * The text ends inside these bytes' last record: its line has no end, or a quote was left open. They are read as they
   * stand, but more of the text may make other records of them. Only the last step can be so.
   */
  readonly unterminated: boolean;
}

export interface TextRules {
  readonly dialect: Pick<Dialect, "delimiter" | "header">;
  /** Physical lines before the first byte. */
  readonly linesBefore: number;
  /** A longer record is rejected as `record_too_long`. */
  readonly maxRecordBytes: number;
}

/** So much of a line that is no record is looked at, for a redacted note of it. */
export const SHOWN_BYTES = 400;
const LF = 0x0a;
const CR = 0x0d;
const NO_BYTES = Buffer.alloc(0);
const NO_FRAMES = new GrowingFrameList(0);

/**
 * Finds the records of a text that begins at a record's start, with their physical lines. Memory is bounded by one read
 * plus `maxRecordBytes`. Every line ends up in exactly one frame, broken ones too; blank lines are in none.
 */
export async function* frameText(
  source: AsyncIterable<Buffer>,
  rules: TextRules,
): AsyncGenerator<FramedStep> {
  const framing: FramingRules = {
    delimiter: rules.dialect.delimiter.charCodeAt(0),
    fieldCount: rules.dialect.header.length,
    maxRecordBytes: rules.maxRecordBytes,
  };
  let pending: Buffer = NO_BYTES;
  let line = rules.linesBefore + 1;
  // The beginning of a line that is longer than a record may be, while its end is looked for.
  let tooLong: Buffer | undefined;

  const frame = (buffer: Buffer, atEnd: boolean): FramedStep => {
    const { frames, consumed, lines } = frameRecords(buffer, atEnd, framing);
    const bytes = buffer.subarray(0, consumed);
    pending = buffer.subarray(consumed);
    // What waited for its end although a line end is the last of it, waited because of a quote.
    const openQuote = frames.count > 0 && FRAME_REASONS[frames.reasons[0] ?? 0] === "unclosed_quote";
    const unterminated = atEnd && (!endsInLineEnd(bytes) || openQuote);
    const step = { bytes, text: bytes, frames, line, lines, unterminated };
    line += lines;
    return step;
  };
  const skip = (buffer: Buffer): FramedStep => {
    // A CR at the very end may belong to a CRLF; it stays for the next read.
    const text = buffer.subarray(0, lengthBeforeCr(buffer));
    pending = buffer.subarray(text.length);
    return { bytes: NO_BYTES, text, frames: NO_FRAMES, line, lines: 0, unterminated: false };
  };
  const endTooLong = (beginning: Buffer, text: Buffer): FramedStep => {
    const frames = new GrowingFrameList(1);
    frames.add(0, beginning.length, 0, RECORD_TOO_LONG);
    tooLong = undefined;
    line += 1;
    return { bytes: beginning, text, frames, line: line - 1, lines: 1, unterminated: false };
  };

  for await (const read of source) {
    // Memory of its own: the read's is used again, and a step's bytes may go to another thread.
    let buffer = Buffer.concat([pending, read]);
    if (tooLong !== undefined) {
      const lineEnd = endOfLine(buffer, 0, false);
      if (lineEnd === undefined) {
        yield skip(buffer);
        continue;
      }
      yield endTooLong(tooLong, buffer.subarray(0, lineEnd.next));
      buffer = buffer.subarray(lineEnd.next);
    }
    const step = frame(buffer, false);
    pending = Buffer.from(pending);
    if (step.text.length > 0) yield step;
    // What is left unframed beyond the limit is one physical line: its bytes are let go up to its end.
    if (lengthBeforeCr(pending) > rules.maxRecordBytes) {
      tooLong = Buffer.from(pending.subarray(0, SHOWN_BYTES));
      yield skip(pending);
    }
  }
  if (tooLong !== undefined) yield endTooLong(tooLong, pending);
  else if (pending.length > 0) yield frame(pending, true);
}

/** Whether bytes end where a line does. */
export function endsInLineEnd(bytes: Buffer): boolean {
  const last = bytes.at(-1);
  return last === LF || last === CR;
}

/** Length without a CR at the end. */
function lengthBeforeCr(buffer: Buffer): number {
  return buffer.at(-1) === CR ? buffer.length - 1 : buffer.length;
}
