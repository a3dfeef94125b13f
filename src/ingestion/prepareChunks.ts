import type { Hash } from "node:crypto";
import type { Contract } from "../sources/contracts.ts";
import type { Dialect } from "../sources/dialect.ts";
import type { BoundColumns } from "../sources/header.ts";
import type { RecordParser } from "../sources/parsing.ts";
import { endsInLineEnd, readRecords, type RawRecord, type RecordBlock } from "../sources/readRecords.ts";
import { redactFields, redactLine } from "../sources/redactRecord.ts";
import type { Reason, Warning, WarningCounts } from "../sources/reasons.ts";
import { copyRow } from "./copyText.ts";

/** A contiguous piece of one file, read and checked, ready to be staged. No card number is left in it. */
export interface PreparedChunk {
  readonly startByte: number;
  readonly endByte: number;
  /** Physical lines, from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Of the file from its start to `endByte`, hexadecimal. */
  readonly sha256: string;
  readonly recordsRead: number;
  readonly warnings: WarningCounts;
  /** Accepted records in COPY text, for the source's staging table. */
  readonly accepted: readonly Buffer[];
  /** Rejected records in COPY text, for `staged_rejects`. */
  readonly rejected: readonly Buffer[];
  readonly rejects: readonly { readonly line: number; readonly reason: Reason }[];
  /** The file ends inside these bytes' last record; only the last chunk can be so. It is read again when more comes. */
  readonly unterminated: boolean;
}

export interface ChunkingRules<T> {
  readonly contract: Contract;
  readonly dialect: Dialect;
  readonly columns: BoundColumns;
  readonly parse: RecordParser<T>;
  readonly copyRow: (record: T, line: number) => string;
  readonly maxRecordBytes: number;
  /** A chunk ends with the first read that brings it to so many records. */
  readonly chunkRecords: number;
  /** The checkpoint: the first chunk begins there. */
  readonly startByte: number;
  /** Where reading begins: the same, or after the header, which the first chunk covers as well. */
  readonly readFrom: number;
  /** Physical lines before `readFrom`. */
  readonly linesBefore: number;
  /** Hash of the bytes before `readFrom`; goes on from there. */
  readonly hash: Hash;
}

/** A natural key of so many digits could be a card number that slipped into the id column of a broken record. */
const MAX_REJECTED_KEY = 1e11;

/** Reads the rest of a file, chunk by chunk. Memory is bounded by one chunk. */
export async function* prepareChunks<T>(
  source: AsyncIterable<Buffer>,
  rules: ChunkingRules<T>,
): AsyncGenerator<PreparedChunk, undefined> {
  const { startByte, readFrom, linesBefore } = rules;
  let chunk = new ChunkBuilder(rules, {
    startByte,
    readFrom,
    linesBefore,
    firstLine: startByte === 0 ? 1 : linesBefore + 1,
  });
  const reading = {
    dialect: rules.dialect,
    linesBefore: rules.linesBefore,
    maxRecordBytes: rules.maxRecordBytes,
  };
  // Of the file, not of a record: told once, with the header.
  if (startByte === 0 && rules.columns.extra.length > 0) chunk.warn("extra_columns");
  for await (const block of readRecords(source, reading)) {
    if (block.unterminated) {
      if (chunk.endByte > chunk.startByte) yield chunk.finish();
      if (block.records.length > 0) yield unterminatedChunk(rules, chunk.next(), block);
      return;
    }
    for (const record of block.records) chunk.add(record);
    rules.hash.update(block.bytes);
    chunk.advance(block.bytes.length, block.lines);
    if (chunk.recordsRead >= rules.chunkRecords) {
      yield chunk.finish();
      chunk = new ChunkBuilder(rules, chunk.next());
    }
  }
  if (chunk.endByte > chunk.startByte) yield chunk.finish();
}

/** The end of a file that ends inside a record, as a chunk of its own: the checkpoint stays before it. */
function unterminatedChunk<T>(rules: ChunkingRules<T>, place: ChunkPlace, block: RecordBlock): PreparedChunk {
  const chunk = new ChunkBuilder(rules, place);
  const whole = block.records.slice(0, -1);
  for (const record of whole) chunk.add(record);
  for (const last of block.records.slice(-1)) {
    if (idMayBeCut(rules, block.bytes)) chunk.reject(last, "unterminated_id", rules.contract.naturalKey);
    else chunk.add(last);
  }
  chunk.warn("unterminated");
  rules.hash.update(block.bytes);
  chunk.advance(block.bytes.length, block.lines);
  return { ...chunk.finish(), unterminated: true };
}

/**
 * Any other field that turns out longer corrects the record by its id. A shorter id is another record's, and loading
 * one as the other could not be taken back.
 */
function idMayBeCut<T>({ columns, contract }: ChunkingRules<T>, bytes: Buffer): boolean {
  const idIsLast = columns.indexOf.get(contract.naturalKey) === columns.fieldCount - 1;
  return idIsLast && !endsInLineEnd(bytes) && bytes.at(-1) !== QUOTE;
}

const QUOTE = 0x22;

interface ChunkPlace {
  readonly startByte: number;
  readonly readFrom: number;
  readonly linesBefore: number;
  readonly firstLine: number;
}

class ChunkBuilder<T> {
  recordsRead = 0;
  endByte: number;
  /** Physical lines before the next byte. */
  linesBefore: number;
  readonly startByte: number;
  readonly #firstLine: number;
  readonly #rules: ChunkingRules<T>;
  readonly #accepted = new CopyText();
  readonly #rejected = new CopyText();
  readonly #rejects: { line: number; reason: Reason }[] = [];
  readonly #warnings: Partial<Record<Warning, number>> = {};

  constructor(rules: ChunkingRules<T>, place: ChunkPlace) {
    this.#rules = rules;
    this.startByte = place.startByte;
    this.endByte = place.readFrom;
    this.linesBefore = place.linesBefore;
    this.#firstLine = place.firstLine;
  }

  /** Where the next chunk begins. */
  next(): ChunkPlace {
    const { endByte, linesBefore } = this;
    return { startByte: endByte, readFrom: endByte, linesBefore, firstLine: linesBefore + 1 };
  }

  add(record: RawRecord): void {
    this.recordsRead += 1;
    if ("reason" in record) {
      this.#reject(record.line, record.reason, null, null, redactLine(record.text));
      return;
    }
    const { contract, columns, parse } = this.#rules;
    const parsed = parse(record.fields);
    if ("rejected" in parsed) {
      const { reason, column } = parsed.rejected;
      this.#reject(
        record.line,
        reason,
        column,
        parsed.naturalKey,
        redactFields(contract, columns, record.fields),
      );
      return;
    }
    for (const warning of parsed.warnings) this.warn(warning);
    this.#accepted.add(this.#rules.copyRow(parsed.accepted, record.line));
  }

  warn(warning: Warning): void {
    this.#warnings[warning] = (this.#warnings[warning] ?? 0) + 1;
  }

  /** Rejects a record for what is not in its fields. */
  reject(record: RawRecord, reason: Reason, column: string | null): void {
    if ("reason" in record) {
      this.add(record);
      return;
    }
    this.recordsRead += 1;
    const { contract, columns } = this.#rules;
    this.#reject(record.line, reason, column, null, redactFields(contract, columns, record.fields));
  }

  #reject(
    line: number,
    reason: Reason,
    column: string | null,
    naturalKey: number | null,
    fields: Record<string, string>,
  ): void {
    const key = naturalKey !== null && naturalKey < MAX_REJECTED_KEY ? naturalKey : null;
    this.#rejected.add(copyRow([line, reason, column, key, JSON.stringify(fields)]));
    this.#rejects.push({ line, reason });
  }

  advance(bytes: number, lines: number): void {
    this.endByte += bytes;
    this.linesBefore += lines;
  }

  finish(): PreparedChunk {
    return {
      startByte: this.startByte,
      endByte: this.endByte,
      firstLine: this.#firstLine,
      lastLine: Math.max(this.linesBefore, this.#firstLine),
      sha256: this.#rules.hash.copy().digest("hex"),
      recordsRead: this.recordsRead,
      warnings: this.#warnings,
      accepted: this.#accepted.finish(),
      rejected: this.#rejected.finish(),
      rejects: this.#rejects,
      unterminated: false,
    };
  }
}

const ROWS_A_BLOCK = 512;

/** Rows of COPY text as a few buffers: outside the heap, where a chunk of strings would weigh on every collection. */
class CopyText {
  readonly #blocks: Buffer[] = [];
  #rows: string[] = [];

  add(row: string): void {
    this.#rows.push(row);
    if (this.#rows.length === ROWS_A_BLOCK) this.#flush();
  }

  finish(): readonly Buffer[] {
    if (this.#rows.length > 0) this.#flush();
    return this.#blocks;
  }

  #flush(): void {
    this.#blocks.push(Buffer.from(this.#rows.join(""), "utf8"));
    this.#rows = [];
  }
}
