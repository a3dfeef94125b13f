import { createHash } from "node:crypto";
import { frameChunks } from "../../../src/ingestion/frameChunks.ts";
import { ChunkPreparation } from "../../../src/ingestion/prepareChunk.ts";
import { CONTRACTS, type SourceName } from "../../../src/sources/contracts.ts";
import { readDialect } from "../../../src/sources/dialect.ts";
import { encodingOf } from "../../../src/sources/carriers/encoding.ts";
import { endsInLineEnd } from "../../../src/sources/frameText.ts";
import { bindColumns } from "../../../src/sources/header.ts";
import { REASONS, type Reason } from "../../../src/sources/reasons.ts";
import { asText } from "../sources/writtenFiles.ts";
import { collectingBatch, type ReadValues } from "./collectingBatch.ts";

/** The one outcome of a record, before it meets the database. `line` is physical, from 1. */
export type Outcome =
  | { readonly line: number; readonly accepted: ReadValues }
  | { readonly line: number; readonly rejected: Reason };

/** What a file comes to: why none of it is read, or the outcomes of its records in the order of their lines. */
export type FileReading = { readonly refusal: string } | { readonly outcomes: readonly Outcome[] };

export interface ReadingRules {
  readonly source: SourceName;
  readonly maxRecordBytes?: number;
  /** A chunk ends with the first read that brings it to so many records. */
  readonly chunkRecords?: number;
}

/**
 * Reads a file by all that the loader reads with, short of its database: encoding, dialect, columns, chunks of framed
 * records, and their preparation, with the short way for ordinary transactions.
 *
 * @param reads the file's bytes, cut into reads in any way
 */
export async function readAsLoaded(reads: readonly Buffer[], rules: ReadingRules): Promise<FileReading> {
  const { source, maxRecordBytes = 1 << 20, chunkRecords = 100_000 } = rules;
  const contract = CONTRACTS[source];
  const text = asText(reads, encodingOf(Buffer.concat(reads).subarray(0, 2)));
  const dialect = await readDialect(Buffer.concat(text), true);
  if ("refusal" in dialect) return { refusal: dialect.refusal };
  const columns = bindColumns(contract, dialect.header);
  if ("refusal" in columns) return columns;
  const { headerBytes, headerLines, delimiter } = dialect;
  // A header without its line end may be half a header: nothing is read under it.
  if (!endsInLineEnd(Buffer.concat(text).subarray(0, headerBytes))) return { outcomes: [] };

  const outcomes: Outcome[] = [];
  let preparation: ChunkPreparation | undefined;
  let batch = collectingBatch(source, columns, delimiter);
  const chunks = frameChunks(bodyOf(text, headerBytes), {
    dialect,
    columns,
    naturalKey: contract.naturalKey,
    maxRecordBytes,
    chunkRecords,
    startByte: 0,
    readFrom: headerBytes,
    linesBefore: headerLines,
    hash: createHash("sha256"),
  });
  for await (const { begins, block, isIdCut, chunk } of chunks) {
    if (begins) batch = collectingBatch(source, columns, delimiter);
    if (begins) preparation = new ChunkPreparation(batch, { contract, columns, delimiter });
    if (preparation === undefined) throw new Error("a chunk goes on that has not begun");
    if (block !== null) await preparation.read(block, isIdCut);
    if (chunk === null) continue;
    const { rejected, recordsRead } = preparation.finish(chunk);
    const ofChunk = [
      ...batch.accepted.map(({ line, values }) => ({ line, accepted: values })),
      ...rejectsIn(rejected),
    ];
    if (ofChunk.length !== recordsRead)
      throw new Error(`${recordsRead} records were read, and ${ofChunk.length} outcomes given`);
    outcomes.push(...ofChunk.sort((a, b) => a.line - b.line));
  }
  return { outcomes };
}

/** The rejects in COPY text: line and reason come first, and no field holds a line's end or a tab of its own. */
function rejectsIn(rejected: readonly Buffer[]): Outcome[] {
  const rows = Buffer.concat(rejected).toString().split("\n").slice(0, -1);
  return rows.map((row) => {
    const [line, reason = ""] = row.split("\t");
    if (!isReason(reason)) throw new Error(`no reason is called ${reason}`);
    return { line: Number(line), rejected: reason };
  });
}

const isReason = (name: string): name is Reason => name in REASONS;

/** The reads of a text after its header. */
async function* bodyOf(text: readonly Buffer[], headerBytes: number): AsyncGenerator<Buffer> {
  let before = headerBytes;
  for (const read of text) {
    const rest = read.subarray(before);
    before = Math.max(0, before - read.length);
    if (rest.length > 0) yield rest;
  }
}
