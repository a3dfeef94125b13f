import { isUtf8 } from "node:buffer";
import { FRAME_REASONS } from "./frameList.ts";
import { SHOWN_BYTES, type FramedBlock } from "./frameText.ts";
import { notedRecord } from "./notedRecord.ts";
import { parseFramedText } from "./parseFramedText.ts";
import type { Reason, Rejection } from "./reasons.ts";
import { NOT_PLAIN, plainText, splitPlainRecord } from "./splitPlainRecord.ts";

/** Takes the records of a block, each in exactly one of these ways. Lines are physical, from 1. */
export interface RecordSink {
  /** Offered every well-framed record of valid UTF-8 first, where it stands; false: it is given as fields. */
  readonly plain?: (bytes: Buffer, start: number, end: number, line: number) => boolean;
  /** A record with as many fields as the header. */
  readonly fields: (fields: readonly string[], line: number) => void;
  /** A line that is no record; `text` is its beginning, for a redacted note of it. */
  readonly broken: (rejection: Rejection, text: string, line: number) => void;
}

export interface RecordShape {
  readonly delimiter: string;
  /** Fields of a record. */
  readonly fieldCount: number;
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** Records that fast-csv is given at once: a block may hold half a million, whose fields would take hundreds of megabytes. */
const PARSED_AT_ONCE = 500;

/**
 * Gives the records of a block, from one frame to the one before another. Plain ones are taken apart where they stand;
 * the others, such as those with spaces around quotes, go to fast-csv together, and so come last. Both read every
 * record alike.
 */
export async function readBlock(
  { bytes, frames, line: firstLine }: FramedBlock,
  { delimiter, fieldCount }: RecordShape,
  sink: RecordSink,
  from = 0,
  to = frames.count,
): Promise<void> {
  if (from === to) return;
  const allUtf8 = isUtf8(bytes);
  const bounds = new Int32Array(2 * fieldCount);
  const delimiterByte = delimiter.charCodeAt(0);
  const others: Place[] = [];
  const broken = (reason: Reason, start: number, end: number, line: number): void => {
    const text = bytes.toString("utf8", start, Math.min(end, start + SHOWN_BYTES));
    sink.broken({ reason, column: null }, text, line);
  };
  const noUtf8 = (start: number, end: number, line: number): void => {
    const noted = notedRecord(bytes, start, end);
    if (noted === undefined) broken("invalid_encoding", start, end, line);
    else if ("rejected" in noted) sink.broken(noted.rejected, noted.text, line);
    else if (noted.fields.length === fieldCount) sink.fields(noted.fields, line);
    else broken("column_count", start, end, line);
  };
  for (let frame = from; frame < to; frame += 1) {
    const start = frames.starts[frame] ?? 0;
    const end = frames.ends[frame] ?? 0;
    const line = firstLine + (frames.lines[frame] ?? 0);
    const reason = FRAME_REASONS[frames.reasons[frame] ?? 0] ?? null;
    if (reason !== null) broken(reason, start, end, line);
    else if (!allUtf8 && !isUtf8(bytes.subarray(start, end))) noUtf8(start, end, line);
    else if (sink.plain?.(bytes, start, end, line) === true) continue;
    else {
      const fields = splitPlainRecord(bytes, start, end, delimiterByte, bounds);
      if (fields === fieldCount) sink.fields(fieldsOf(bytes, bounds), line);
      else if (fields !== NOT_PLAIN) broken("column_count", start, end, line);
      else others.push({ start, end, line });
    }
  }
  for (let first = 0; first < others.length; first += PARSED_AT_ONCE) {
    const parsed = others.slice(first, first + PARSED_AT_ONCE);
    const rows = await parseFramedText(textOf(bytes, parsed), delimiter);
    if (rows.length !== parsed.length)
      throw new Error(`fast-csv made ${rows.length} records of ${parsed.length}`);
    for (const [place, { start, end, line }] of parsed.entries()) {
      const fields = rows[place];
      if (fields?.length === fieldCount) sink.fields(fields, line);
      else broken("column_count", start, end, line);
    }
  }
}

function textOf(bytes: Buffer, places: readonly Place[]): string {
  return places.map(({ start, end }) => `${bytes.toString("utf8", start, end)}\n`).join("");
}

function fieldsOf(bytes: Buffer, bounds: Int32Array): string[] {
  const fields = new Array<string>(bounds.length / 2);
  for (let field = 0; field < fields.length; field += 1) {
    fields[field] = plainText(bytes, bounds[2 * field] ?? 0, bounds[2 * field + 1] ?? 0);
  }
  return fields;
}
