import type { Contract } from "../sources/contracts.ts";
import type { FramedBlock } from "../sources/frameText.ts";
import type { BoundColumns } from "../sources/header.ts";
import { readBlock, type RecordShape, type RecordSink } from "../sources/readBlock.ts";
import { isRejectInRange } from "../sources/recordRange.ts";
import { redactFields, redactLine } from "../sources/redactRecord.ts";
import type { Reason, Warning, WarningCounts } from "../sources/reasons.ts";
import { CopyRows } from "./copyRows.ts";
import { copyRow } from "./copyText.ts";
import type { FramedChunk } from "./frameChunks.ts";
import type { RecordBatch } from "./recordBatch.ts";
import type { CheckedRecords, RecordTally } from "./recordTally.ts";
import type { Reread } from "./reread.ts";

/** A chunk that is read and checked; its accepted records are in the batch. No card number is left in it. */
export interface PreparedChunk extends Omit<FramedChunk, "records" | "sha256"> {
  /** Those that are out of range left out. */
  readonly recordsRead: number;
  readonly outOfRange: number;
  readonly warnings: WarningCounts;
  /** Rejected records in COPY text, for `staged_rejects`. */
  readonly rejected: readonly Buffer[];
  readonly rejects: readonly Rejects[];
  /** What came of the checks that are declared for records of the source. */
  readonly checked: readonly CheckedRecords[];
}

/** Rejected records of one reason. */
export interface Rejects {
  readonly reason: Reason;
  readonly records: number;
  readonly firstLine: number;
}

export interface PreparingRules {
  readonly contract: Contract;
  readonly columns: BoundColumns;
  readonly delimiter: string;
  /** The records to take; the others are only counted. Absent: all. */
  readonly reread?: Reread | undefined;
  /** The checks of the source's records; absent where there are none. The batch counts those that it takes. */
  readonly tally?: RecordTally | undefined;
}

/** Reads and checks the records of one chunk, block by block; those that can be read are added to the batch. */
export class ChunkPreparation {
  readonly #batch: RecordBatch;
  readonly #rules: PreparingRules;
  readonly #shape: RecordShape;
  readonly #rejected = new CopyRows();
  readonly #rejects = new Map<Reason, Rejects>();
  #outOfRange = 0;
  readonly #warnings: Partial<Record<Warning, number>> = {};

  constructor(batch: RecordBatch, rules: PreparingRules) {
    this.#batch = batch;
    this.#rules = rules;
    this.#shape = { delimiter: rules.delimiter, fieldCount: rules.columns.fieldCount };
  }

  /** @param isIdCut whether the block's last record ends in an id that may lack digits */
  async read(block: FramedBlock, isIdCut: boolean): Promise<void> {
    const { contract, columns } = this.#rules;
    const { addPlain } = this.#batch;
    const sink = this.#ofLines({
      ...(addPlain === undefined ? {} : { plain: addPlain }),
      fields: (fields, line) => {
        this.#add(fields, line);
      },
      broken: ({ reason, column }, text, line) => {
        this.#reject(line, reason, column, null, redactLine(text));
      },
    });
    const whole = block.frames.count - (isIdCut ? 1 : 0);
    await readBlock(block, this.#shape, sink, 0, whole);
    const cut = this.#ofLines({
      fields: (fields, line) => {
        const redacted = redactFields(contract, columns, fields);
        this.#reject(line, "unterminated_id", contract.naturalKey, null, redacted);
      },
      broken: sink.broken,
    });
    await readBlock(block, this.#shape, cut, whole);
  }

  finish(chunk: FramedChunk): PreparedChunk {
    this.#batch.finish?.();
    // Of the file, not of a record: told once, with the header.
    if (chunk.startByte === 0 && this.#rules.columns.extra.length > 0) this.#warn("extra_columns");
    const { startByte, endByte, firstLine, lastLine, unterminated, records } = chunk;
    const outOfRange = this.#outOfRange + (this.#batch.outOfRange?.() ?? 0);
    if (unterminated && records > outOfRange) this.#warn("unterminated");
    return {
      ...{ startByte, endByte, firstLine, lastLine, unterminated },
      recordsRead: records - outOfRange,
      outOfRange,
      warnings: this.#warnings,
      rejected: this.#rejected.finish(),
      rejects: [...this.#rejects.values()],
      checked: this.#rules.tally?.results() ?? [],
    };
  }

  /** The sink, or one that is given the records of a replay's lines only. */
  #ofLines(sink: RecordSink): RecordSink {
    const { reread } = this.#rules;
    if (reread?.kind !== "replay") return sink;
    const { plain, fields, broken } = sink;
    const isAskedFor = (line: number): boolean => {
      if (reread.lines.has(line)) return true;
      this.#outOfRange += 1;
      return false;
    };
    return {
      ...(plain !== undefined && {
        plain: (bytes, start, end, line) => !isAskedFor(line) || plain(bytes, start, end, line),
      }),
      fields: (values, line) => {
        if (isAskedFor(line)) fields(values, line);
      },
      broken: (rejection, text, line) => {
        if (isAskedFor(line)) broken(rejection, text, line);
      },
    };
  }

  #warn(warning: Warning): void {
    this.#warnings[warning] = (this.#warnings[warning] ?? 0) + 1;
  }

  #add(fields: readonly string[], line: number): void {
    const parsed = this.#batch.add(fields, line);
    if (parsed === "out of range") return;
    if ("accepted" in parsed) {
      for (const warning of parsed.warnings) this.#warn(warning);
      return;
    }
    const { contract, columns, tally } = this.#rules;
    const { reason, column } = parsed.rejected;
    const redacted = redactFields(contract, columns, fields);
    if (this.#reject(line, reason, column, parsed.naturalKey, redacted))
      tally?.countMissing(fields, columns, line);
  }

  /** @returns whether the record was asked for */
  #reject(
    line: number,
    reason: Reason,
    column: string | null,
    naturalKey: number | null,
    fields: Record<string, string>,
  ): boolean {
    const { reread } = this.#rules;
    if (reread?.kind === "backfill" && !isRejectInRange(reread.range, naturalKey)) {
      this.#outOfRange += 1;
      return false;
    }
    this.#rejected.add(copyRow([line, reason, column, naturalKey, JSON.stringify(fields)]));
    const before = this.#rejects.get(reason);
    this.#rejects.set(reason, {
      reason,
      records: (before?.records ?? 0) + 1,
      firstLine: Math.min(before?.firstLine ?? Infinity, line),
    });
    return true;
  }
}
