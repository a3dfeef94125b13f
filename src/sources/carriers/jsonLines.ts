import { isUtf8 } from "node:buffer";
import { csvRecord } from "../../lib/csvText.ts";
import { noteOf, type NotedRecord } from "../notedRecord.ts";
import { jsonHeader, jsonRecord, type JsonHeader } from "./jsonRecord.ts";
import { jsonShape, type JsonShape } from "./jsonShape.ts";

/** A longer line is not read: whatever it holds, it is no record, and as JSON it may take fifty times its bytes of memory. */
const MOST_LINE_BYTES = 1 << 20;
/** So much of it is kept, for a redacted note of it. */
const SHOWN_BYTES = 1_024;
const LF = 0x0a;
const NO_BYTES = Buffer.alloc(0);
const LINE_END = Buffer.from("\n");
const LINE_BREAK = /[\r\n]/;
/** What is there now and then, and left out otherwise, makes so many; a file of more is read more slowly. */
const MOST_SHAPES = 16;
/** An expression keeps in mind where it may have to go back to, and gives up on a line of millions of such places. */
const MOST_SHAPED_BYTES = 1 << 16;

/**
 * Lines of JSON objects to lines of CSV, one for one, block by block; what comes out does not depend on where blocks end.
 * Memory is bounded by a block and `MOST_LINE_BYTES`.
 */
export class JsonLines {
  readonly #header: JsonHeader;
  /** By their keys, those met first before the others. */
  readonly #shapes = new Map<string, JsonShape>();
  /** A line whose end has not come yet, in pieces; only its beginning once it is too long. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  /** @param keys of the objects, in the order of the columns */
  constructor(keys: readonly string[]) {
    this.#header = jsonHeader(keys);
  }

  write(block: Buffer): Buffer {
    const first = block.indexOf(LF);
    if (first === -1) {
      this.#keep(block);
      return NO_BYTES;
    }
    this.#keep(block.subarray(0, first));
    const pending = lineOf(this.#takePending());
    const last = block.lastIndexOf(LF);
    const written = this.#linesOf(block.subarray(first + 1, last + 1));
    this.#keep(block.subarray(last + 1));
    return Buffer.concat([pending, ...written]);
  }

  /**
   * The last line, if it has no end. An object is whole with its last brace and needs none; anything else may go on, and
   * stays without.
   */
  end(): Buffer {
    const record = this.#takePending();
    if (record === null) return NO_BYTES;
    return "rejected" in record ? noteOf(record) : lineOf(record);
  }

  #keep(piece: Buffer): void {
    // The block's memory is used again.
    if (this.#pendingBytes <= MOST_LINE_BYTES) this.#pending.push(Buffer.from(piece));
    this.#pendingBytes += piece.length;
    if (this.#pendingBytes > MOST_LINE_BYTES)
      this.#pending = [Buffer.from(Buffer.concat(this.#pending).subarray(0, SHOWN_BYTES))];
  }

  #takePending(): NotedRecord | null {
    const line = Buffer.concat(this.#pending);
    const isTooLong = this.#pendingBytes > MOST_LINE_BYTES;
    this.#pending = [];
    this.#pendingBytes = 0;
    return isTooLong ? tooLong(line) : this.#recordOf(line, isUtf8(line));
  }

  /** @param lines whole ones */
  #linesOf(lines: Buffer): Buffer[] {
    const areText = isUtf8(lines);
    const written: Buffer[] = [];
    let plain = "";
    for (let start = 0; start < lines.length;) {
      const end = lines.indexOf(LF, start);
      const line = lines.subarray(start, end);
      start = end + 1;
      const record = areText && line.length <= MOST_SHAPED_BYTES ? this.#inShape(line.toString()) : undefined;
      if (record !== undefined) {
        plain += record;
        continue;
      }
      written.push(Buffer.from(plain), lineOf(this.#recordOf(line, areText || isUtf8(line))));
      plain = "";
    }
    written.push(Buffer.from(plain));
    return written;
  }

  #inShape(line: string): string | undefined {
    for (const shape of this.#shapes.values()) {
      const record = shape(line);
      if (record !== undefined) return record;
    }
    return undefined;
  }

  /** So that the next one of its kind is read the short way. */
  #learnShape(object: string): void {
    if (this.#shapes.size >= MOST_SHAPES) return;
    const keys = Object.keys(JSON.parse(object) as object);
    const isOfHeader = keys.every((key) => this.#header.columns.has(key));
    const name = JSON.stringify(keys);
    if (isOfHeader && !this.#shapes.has(name)) this.#shapes.set(name, jsonShape(keys, this.#header));
  }

  /** Null for a line with nothing on it. */
  #recordOf(line: Buffer, isText: boolean): NotedRecord | null {
    if (line.length > MOST_LINE_BYTES) return tooLong(line);
    const text = line.toString();
    if (!isText) return { rejected: { reason: "invalid_encoding", column: null }, text };
    if (text.trim() === "") return null;
    const record = jsonRecord(text, this.#header);
    if ("fields" in record) this.#learnShape(text);
    return record;
  }
}

/** @param line its beginning, or all of it */
function tooLong(line: Buffer): NotedRecord {
  const text = line.toString("utf8", 0, SHOWN_BYTES);
  return { rejected: { reason: "record_too_long", column: null }, text };
}

/** A line of the text, whose end is its only one. */
function lineOf(record: NotedRecord | null): Buffer {
  if (record === null) return LINE_END;
  const isPlain = "fields" in record && !record.fields.some((field) => LINE_BREAK.test(field));
  return isPlain ? Buffer.from(csvRecord(record.fields)) : Buffer.concat([noteOf(record), LINE_END]);
}
