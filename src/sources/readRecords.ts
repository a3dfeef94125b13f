import { isUtf8 } from "node:buffer";
import type { Dialect } from "./dialect.ts";
import { endOfLine, frameRecords, type Frame, type FramingRules } from "./frameRecords.ts";
import { parseFramedText } from "./parseFramedText.ts";
import type { Reason } from "./reasons.ts";

/** One record as it stands in a file. */
export type RawRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  /** A line that is no record; `text` is its beginning, for a redacted note of it. */
  | { readonly line: number; readonly reason: Reason; readonly text: string };

/**
 * The records that one read completed. A block without records may end inside a line that is too long; one with
 * records ends where the next record starts, so that reading may go on from there.
 */
export interface RecordBlock {
  readonly records: readonly RawRecord[];
  /** The bytes used up, blank lines among them; contiguous from block to block. */
  readonly bytes: Buffer;
  /** Physical lines that end in those bytes; an unfinished last one of the file counts too. */
  readonly lines: number;
}

export interface ReadingRules {
  readonly dialect: Pick<Dialect, "delimiter" | "header">;
  /** Physical lines before the first byte. */
  readonly linesBefore: number;
  /** A longer record is rejected as `record_too_long`. */
  readonly maxRecordBytes: number;
}

const SHOWN_BYTES = 400;
const CR = 0x0d;

/**
 * Turns bytes that begin at a record's start into records with their physical lines. Memory is bounded by one read
 * plus `maxRecordBytes`. Every line ends up in exactly one record, broken ones too; blank lines are none.
 */
export async function* readRecords(
  source: AsyncIterable<Buffer>,
  rules: ReadingRules,
): AsyncGenerator<RecordBlock> {
  const framing: FramingRules = {
    delimiter: rules.dialect.delimiter.charCodeAt(0),
    fieldCount: rules.dialect.header.length,
    maxRecordBytes: rules.maxRecordBytes,
  };
  let pending: Buffer = Buffer.alloc(0);
  let line = rules.linesBefore + 1;
  // The beginning of a line that is longer than a record may be, while its end is looked for.
  let tooLong: string | undefined;

  const frameAndParse = async (buffer: Buffer, atEnd: boolean): Promise<RecordBlock> => {
    const { frames, consumed, lines } = frameRecords(buffer, atEnd, framing);
    const bytes = buffer.subarray(0, consumed);
    const records = await parseFrames(bytes, frames, line, rules.dialect.delimiter, framing.fieldCount);
    line += lines;
    pending = buffer.subarray(consumed);
    return { records, bytes, lines };
  };
  const skip = (buffer: Buffer): RecordBlock => {
    // A CR at the very end may belong to a CRLF; it stays for the next read.
    const length = lengthBeforeCr(buffer);
    pending = buffer.subarray(length);
    return { records: [], bytes: buffer.subarray(0, length), lines: 0 };
  };
  const endTooLong = (text: string, bytes: Buffer): RecordBlock => {
    const records = [{ line, reason: "record_too_long" as const, text }];
    line += 1;
    tooLong = undefined;
    return { records, bytes, lines: 1 };
  };

  for await (const read of source) {
    let buffer = pending.length === 0 ? read : Buffer.concat([pending, read]);
    if (tooLong !== undefined) {
      const lineEnd = endOfLine(buffer, 0, false);
      if (lineEnd === undefined) {
        yield skip(buffer);
        continue;
      }
      yield endTooLong(tooLong, buffer.subarray(0, lineEnd.next));
      buffer = buffer.subarray(lineEnd.next);
    }
    const block = await frameAndParse(buffer, false);
    if (block.bytes.length > 0) yield block;
    // What is left unframed beyond the limit is one physical line: its bytes are let go up to its end.
    if (lengthBeforeCr(pending) > rules.maxRecordBytes) {
      tooLong = pending.toString("utf8", 0, SHOWN_BYTES);
      yield skip(pending);
    }
  }
  if (tooLong !== undefined) yield endTooLong(tooLong, pending);
  else if (pending.length > 0) yield await frameAndParse(pending, true);
}

/** Length without a CR at the end. */
function lengthBeforeCr(buffer: Buffer): number {
  return buffer.at(-1) === CR ? buffer.length - 1 : buffer.length;
}

async function parseFrames(
  buffer: Buffer,
  frames: readonly Frame[],
  firstLine: number,
  delimiter: string,
  fieldCount: number,
): Promise<RawRecord[]> {
  if (frames.length === 0) return [];
  const allUtf8 = isUtf8(buffer);
  const wholes: boolean[] = [];
  const texts: string[] = [];
  for (const frame of frames) {
    const readable = frame.reason === null && (allUtf8 || isUtf8(buffer.subarray(frame.start, frame.end)));
    wholes.push(readable);
    if (readable) texts.push(buffer.toString("utf8", frame.start, frame.end));
  }
  const rows = texts.length === 0 ? [] : await parseFramedText(`${texts.join("\n")}\n`, delimiter);
  if (rows.length !== texts.length)
    throw new Error(`fast-csv made ${rows.length} records of ${texts.length}`);
  let next = 0;
  return frames.map((frame, index): RawRecord => {
    const line = firstLine + frame.line;
    const broken = (reason: Reason): RawRecord => ({
      line,
      reason,
      text: buffer.toString("utf8", frame.start, Math.min(frame.end, frame.start + SHOWN_BYTES)),
    });
    if (wholes[index] !== true) return broken(frame.reason ?? "invalid_encoding");
    const fields = rows[next];
    next += 1;
    return fields?.length === fieldCount ? { line, fields } : broken("column_count");
  });
}
