import { isUtf8 } from "node:buffer";
import type { Dialect } from "./dialect.ts";
import { endOfLine, frameRecords, type Frame, type FramingRules } from "./frameRecords.ts";
import { parseFramedText } from "./parseFramedText.ts";
import type { Reason } from "./reasons.ts";
import { splitPlainRecord } from "./splitPlainRecord.ts";

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
  /**
   * The file ends inside these bytes' last record: its line has no end, or a quote was left open. They are read as they
   * stand, but more of the file may make other records of them. Only the last block can be so.
   */
  readonly unterminated: boolean;
}

export interface ReadingRules {
  readonly dialect: Pick<Dialect, "delimiter" | "header">;
  /** Physical lines before the first byte. */
  readonly linesBefore: number;
  /** A longer record is rejected as `record_too_long`. */
  readonly maxRecordBytes: number;
}

const SHOWN_BYTES = 400;
const LF = 0x0a;
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
    // What waited for its end although a line end is the last of it, waited because of a quote.
    const unterminated = atEnd && (!endsInLineEnd(bytes) || frames[0]?.reason === "unclosed_quote");
    return { records, bytes, lines, unterminated };
  };
  const skip = (buffer: Buffer): RecordBlock => {
    // A CR at the very end may belong to a CRLF; it stays for the next read.
    const length = lengthBeforeCr(buffer);
    pending = buffer.subarray(length);
    return { records: [], bytes: buffer.subarray(0, length), lines: 0, unterminated: false };
  };
  const endTooLong = (text: string, bytes: Buffer): RecordBlock => {
    const records = [{ line, reason: "record_too_long" as const, text }];
    line += 1;
    tooLong = undefined;
    return { records, bytes, lines: 1, unterminated: false };
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

/** Whether bytes end where a line does. */
export function endsInLineEnd(bytes: Buffer): boolean {
  const last = bytes.at(-1);
  return last === LF || last === CR;
}

/** Length without a CR at the end. */
function lengthBeforeCr(buffer: Buffer): number {
  return buffer.at(-1) === CR ? buffer.length - 1 : buffer.length;
}

/**
 * Fields of framed records. Plain ones are taken apart where they stand; the others, such as those with doubled
 * quotes or line ends in a field, go to fast-csv together. Both read every record alike.
 */
async function parseFrames(
  buffer: Buffer,
  frames: readonly Frame[],
  firstLine: number,
  delimiter: string,
  fieldCount: number,
): Promise<RawRecord[]> {
  if (frames.length === 0) return [];
  const allUtf8 = isUtf8(buffer);
  const split = plainSplitter(delimiter.charCodeAt(0), fieldCount);
  const records: RawRecord[] = [];
  const others: { readonly index: number; readonly text: string }[] = [];
  const broken = (frame: Frame, reason: Reason): RawRecord => ({
    line: firstLine + frame.line,
    reason,
    text: buffer.toString("utf8", frame.start, Math.min(frame.end, frame.start + SHOWN_BYTES)),
  });
  for (const [index, frame] of frames.entries()) {
    const { start, end, line, reason } = frame;
    if (reason !== null) {
      records.push(broken(frame, reason));
      continue;
    }
    if (!allUtf8 && !isUtf8(buffer.subarray(start, end))) {
      records.push(broken(frame, "invalid_encoding"));
      continue;
    }
    const fields = split(buffer, start, end);
    if (fields === undefined) others.push({ index, text: buffer.toString("utf8", start, end) });
    // Filled in below where fast-csv reads more of it.
    records.push(fields === undefined ? broken(frame, "column_count") : { line: firstLine + line, fields });
  }
  if (others.length === 0) return records;
  const rows = await parseFramedText(`${others.map(({ text }) => text).join("\n")}\n`, delimiter);
  if (rows.length !== others.length)
    throw new Error(`fast-csv made ${rows.length} records of ${others.length}`);
  for (const [place, { index }] of others.entries()) {
    const fields = rows[place];
    const record = records[index];
    if (record !== undefined && fields?.length === fieldCount) records[index] = { line: record.line, fields };
  }
  return records;
}

/** Takes plain records with the right number of fields apart; undefined for all others. */
function plainSplitter(
  delimiter: number,
  fieldCount: number,
): (buffer: Buffer, start: number, end: number) => string[] | undefined {
  const bounds = new Int32Array(2 * fieldCount);
  return (buffer, start, end) => {
    if (splitPlainRecord(buffer, start, end, delimiter, bounds) !== fieldCount) return undefined;
    const fields = new Array<string>(fieldCount);
    for (let field = 0; field < fieldCount; field += 1) {
      fields[field] = buffer.toString("utf8", bounds[2 * field], bounds[2 * field + 1]);
    }
    return fields;
  };
}
