import type { Hash } from "node:crypto";
import type { Dialect } from "../sources/dialect.ts";
import { transferOf } from "../sources/frameList.ts";
import { endsInLineEnd, frameText, type FramedBlock, type FramedStep } from "../sources/frameText.ts";
import type { BoundColumns } from "../sources/header.ts";

/** A contiguous piece of one file, its records found but not read. */
export interface FramedChunk {
  readonly startByte: number;
  readonly endByte: number;
  /** Physical lines, from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Of the text from its start to `endByte`, hexadecimal. */
  readonly sha256: string;
  readonly records: number;
  /** The file ends inside these bytes' last record; only the last chunk can be so. It is read again when more comes. */
  readonly unterminated: boolean;
}

/** A chunk comes block by block, so that it is read while more of it is framed. */
export interface ChunkPart {
  /** The chunk's first part. */
  readonly begins: boolean;
  /** Null in a part that only ends the chunk. */
  readonly block: FramedBlock | null;
  /** The block's last record ends in its id, of which digits may be missing. */
  readonly isIdCut: boolean;
  /** The chunk as a whole, in its last part. */
  readonly chunk: FramedChunk | null;
}

export interface FramingOfChunks {
  readonly dialect: Dialect;
  readonly columns: BoundColumns;
  /** Column that tells records apart. */
  readonly naturalKey: string;
  readonly maxRecordBytes: number;
  /** A chunk ends with the first read that brings it to so many records, or to fewer while chunks still grow. */
  readonly chunkRecords: number;
  /** Where chunks end, instead, of what is loaded again in the chunks of before; positions in the text. */
  readonly chunkEnds?: ReadonlySet<number> | undefined;
  /** The checkpoint: the first chunk begins there. */
  readonly startByte: number;
  /** Where reading begins: the same, or after the header, which the first chunk covers as well. */
  readonly readFrom: number;
  /** Physical lines before `readFrom`. */
  readonly linesBefore: number;
  /** Hash of the bytes before `readFrom`; goes on from there. */
  readonly hash: Hash;
}

/**
 * Chunks of a load begin so large at most, and double: what is small is shared out among the threads, and labels that are
 * new, which have to wait for their turn, are soon known; later the work that each commit costs is shared by more records.
 */
const FIRST_CHUNK_RECORDS = 25_000;

/** Cuts the rest of a file into chunks. Memory is bounded by one read. */
export async function* frameChunks(
  text: AsyncIterable<Buffer>,
  rules: FramingOfChunks,
): AsyncGenerator<ChunkPart, undefined> {
  const { startByte, readFrom, linesBefore, hash } = rules;
  let chunk = new ChunkFrame(startByte, readFrom, linesBefore, startByte === 0 ? 1 : linesBefore + 1);
  let most = FIRST_CHUNK_RECORDS;
  for await (const step of frameText(text, rules)) {
    if (step.unterminated) {
      if (chunk.endByte > chunk.startByte) yield chunk.end(hash);
      if (step.frames.count > 0) yield unterminatedChunk(rules, chunk.next(), step);
      return;
    }
    const block = chunk.add(step, hash);
    const isFull = rules.chunkEnds?.has(chunk.endByte) ?? chunk.records >= Math.min(most, rules.chunkRecords);
    if (block !== null) yield { ...chunk.part(block), chunk: isFull ? chunk.finish(hash) : null };
    if (!isFull) continue;
    chunk = chunk.next();
    most *= 2;
  }
  if (chunk.endByte > chunk.startByte) yield chunk.end(hash);
}

/** For `postMessage`: what moves to the other thread with the block. Its buffers belong to it alone. */
export function buffersOf({ bytes, frames }: FramedBlock): ArrayBuffer[] {
  return [bytes.buffer as ArrayBuffer, ...transferOf(frames)];
}

/** The end of a file that ends inside a record, as a chunk of its own: the checkpoint stays before it. */
function unterminatedChunk(rules: FramingOfChunks, chunk: ChunkFrame, step: FramedStep): ChunkPart {
  const block = chunk.add(step, rules.hash);
  return {
    begins: true,
    block,
    isIdCut: idMayBeCut(rules, step.bytes),
    chunk: { ...chunk.finish(rules.hash), unterminated: true },
  };
}

const QUOTE = 0x22;

/**
 * Any other field that turns out longer corrects the record by its id. A shorter id is another record's, and loading
 * one as the other could not be taken back.
 */
function idMayBeCut({ columns, naturalKey }: FramingOfChunks, bytes: Buffer): boolean {
  const idIsLast = columns.indexOf.get(naturalKey) === columns.fieldCount - 1;
  return idIsLast && !endsInLineEnd(bytes) && bytes.at(-1) !== QUOTE;
}

class ChunkFrame {
  records = 0;
  endByte: number;
  readonly startByte: number;
  readonly #firstLine: number;
  #hasBegun = false;
  /** Physical lines before the next byte. */
  #linesBefore: number;

  constructor(startByte: number, readFrom: number, linesBefore: number, firstLine: number) {
    this.startByte = startByte;
    this.endByte = readFrom;
    this.#linesBefore = linesBefore;
    this.#firstLine = firstLine;
  }

  /** The chunk after this one. */
  next(): ChunkFrame {
    return new ChunkFrame(this.endByte, this.endByte, this.#linesBefore, this.#linesBefore + 1);
  }

  /** Takes a step; gives its block, if there is a record in it. */
  add({ bytes, frames, line, lines, text }: FramedStep, hash: Hash): FramedBlock | null {
    hash.update(text);
    this.endByte += text.length;
    this.#linesBefore += lines;
    this.records += frames.count;
    return frames.count === 0 ? null : { bytes: withBufferOfItsOwn(bytes), frames, line };
  }

  part(block: FramedBlock | null): ChunkPart {
    const begins = !this.#hasBegun;
    this.#hasBegun = true;
    return { begins, block, isIdCut: false, chunk: null };
  }

  /** The part that only ends the chunk. */
  end(hash: Hash): ChunkPart {
    return { ...this.part(null), chunk: this.finish(hash) };
  }

  finish(hash: Hash): FramedChunk {
    return {
      startByte: this.startByte,
      endByte: this.endByte,
      firstLine: this.#firstLine,
      lastLine: Math.max(this.#linesBefore, this.#firstLine),
      sha256: hash.copy().digest("hex"),
      records: this.records,
      unterminated: false,
    };
  }
}

/** Small buffers share memory with others of their kind, and could not be moved without them. */
function withBufferOfItsOwn(bytes: Buffer): Buffer {
  return bytes.buffer.byteLength <= 2 * bytes.length + 65_536 && bytes.buffer.byteLength > Buffer.poolSize
    ? bytes
    : Buffer.from(new Uint8Array(bytes).buffer);
}
