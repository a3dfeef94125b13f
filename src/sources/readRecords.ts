import { isUtf8 } from "node:buffer";
import type { Dialect } from "./dialect.ts";
import { frameRecords, type Frame, type FramingRules } from "./frameRecords.ts";
import { parseFramedText } from "./parseFramedText.ts";
import type { Reason } from "./reasons.ts";

/** One record as it stands in a file. */
export type RawRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  /** A line that is no record; `text` is its beginning, for a redacted note of it. */
  | { readonly line: number; readonly reason: Reason; readonly text: string };

/** Records that end where a read ended, with the position after them. */
export interface RecordBlock {
  readonly records: readonly RawRecord[];
  /** The bytes that the records were read from, and blank lines; contiguous from block to block. */
  readonly bytes: Buffer;
  /** Physical lines of those bytes. */
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
  let skipping = false;

  const frameAndParse = async (buffer: Buffer, atEnd: boolean): Promise<RecordBlock> => {
    const framed = frameRecords(buffer, atEnd, framing);
    const records = await parseFrames(
      buffer.subarray(0, framed.consumed),
      framed.frames,
      line,
      rules.dialect.delimiter,
      framing.fieldCount,
    );
    line += framed.lines;
    pending = buffer.subarray(framed.consumed);
    return { records, bytes: buffer.subarray(0, framed.consumed), lines: framed.lines };
  };

  for await (const read of source) {
    let buffer = pending.length === 0 ? read : Buffer.concat([pending, read]);
    if (skipping) {
      const end = lineEndIn(buffer);
      yield {
        records: [],
        bytes: buffer.subarray(0, end ?? buffer.length),
        lines: end === undefined ? 0 : 1,
      };
      pending = Buffer.alloc(0);
      if (end === undefined) continue;
      skipping = false;
      line += 1;
      buffer = buffer.subarray(end);
    }
    const block = await frameAndParse(buffer, false);
    if (block.bytes.length > 0) yield block;
    if (pending.length > rules.maxRecordBytes) {
      // One physical line that is longer than a record may be: note it, then throw bytes away up to its end.
      const record = {
        line,
        reason: "record_too_long" as const,
        text: pending.toString("utf8", 0, SHOWN_BYTES),
      };
      // A CR at the very end may belong to a CRLF; it stays for the next read.
      const keep = pending.at(-1) === CR ? 1 : 0;
      yield { records: [record], bytes: pending.subarray(0, pending.length - keep), lines: 0 };
      pending = pending.subarray(pending.length - keep);
      skipping = true;
    }
  }
  if (skipping && pending.length > 0) yield { records: [], bytes: pending, lines: 1 };
  else if (pending.length > 0) yield await frameAndParse(pending, true);
}

/** Position after the first line end; undefined where there is none, or a CR ends the buffer. */
function lineEndIn(buffer: Buffer): number | undefined {
  const lf = buffer.indexOf(LF);
  const cr = (lf === -1 ? buffer : buffer.subarray(0, lf)).indexOf(CR);
  if (cr === -1) return lf === -1 ? undefined : lf + 1;
  if (buffer[cr + 1] === LF) return cr + 2;
  return cr + 1;
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
