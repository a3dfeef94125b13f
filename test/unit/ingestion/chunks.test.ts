import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { buffersOf, frameChunks, type ChunkPart } from "../../../src/ingestion/frameChunks.ts";
import { ChunkPreparation, type PreparedChunk } from "../../../src/ingestion/prepareChunk.ts";
import { receivedPart } from "../../../src/ingestion/threads/messages.ts";
import { CONTRACTS } from "../../../src/sources/contracts.ts";
import { deviceParser } from "../../../src/sources/parseDevice.ts";
import { columnsOf } from "../sources/sampleRecords.ts";
import { cutLists, inReads } from "../sources/writtenFiles.ts";

const HEADER = ["id", "type", "store_id"];
const COLUMNS = columnsOf("devices", HEADER);
const START = { byte: 0, linesBefore: 0 };

interface ReadChunk extends PreparedChunk {
  readonly sha256: string;
  /** Accepted records as `line:id`. */
  readonly accepted: readonly string[];
}

/** The chunks of a devices file from a byte on, of one record or a little more each, as they are framed. */
function framed(
  reads: readonly Buffer[],
  from: { byte: number; linesBefore: number },
  before: Buffer,
  chunkRecords = 1,
): AsyncGenerator<ChunkPart> {
  async function* source() {
    yield* reads;
  }
  return frameChunks(source(), {
    dialect: { delimiter: ",", header: HEADER, headerBytes: 0, headerLines: 0 },
    columns: COLUMNS,
    naturalKey: CONTRACTS.devices.naturalKey,
    maxRecordBytes: 64,
    chunkRecords,
    startByte: from.byte,
    readFrom: from.byte,
    linesBefore: from.linesBefore,
    hash: createHash("sha256").update(before),
  });
}

/** The chunks that parts make up, read and checked. */
async function prepared(parts: AsyncIterable<ChunkPart>): Promise<ReadChunk[]> {
  const parse = deviceParser(COLUMNS);
  const rules = { contract: CONTRACTS.devices, columns: COLUMNS, delimiter: "," };
  const chunks: ReadChunk[] = [];
  let accepted: string[] = [];
  let preparation: ChunkPreparation | undefined;
  const batch = {
    add: (fields: readonly string[], line: number) => {
      const parsed = parse(fields);
      if ("accepted" in parsed) accepted.push(`${line}:${parsed.accepted.deviceId}`);
      return parsed;
    },
    arrive: () => Promise.reject(new Error("nothing is sent here")),
    clear: () => undefined,
  };
  for await (const { begins, block, isIdCut, chunk } of parts) {
    expect(begins).toBe(preparation === undefined);
    preparation ??= new ChunkPreparation(batch, rules);
    if (block !== null) await preparation.read(block, isIdCut);
    if (chunk === null) continue;
    chunks.push({ ...preparation.finish(chunk), sha256: chunk.sha256, accepted });
    accepted = [];
    preparation = undefined;
  }
  // Every chunk that was begun was ended.
  expect(preparation).toBeUndefined();
  return chunks;
}

/** The same of a file from a byte on. */
function chunksOf(
  file: Buffer,
  from: { byte: number; linesBefore: number },
  readBytes = 16,
): Promise<ReadChunk[]> {
  const reads = inReads(file.subarray(from.byte), multiplesOf(readBytes, file.length - from.byte));
  return prepared(framed(reads, from, file.subarray(0, from.byte)));
}

const multiplesOf = (step: number, below: number): number[] =>
  Array.from({ length: Math.ceil(below / step) }, (_unused, index) => index * step);

const rowsOf = (copyText: readonly Buffer[]): string[] =>
  Buffer.concat(copyText).toString().split("\n").slice(0, -1);

const outcomes = (chunks: readonly ReadChunk[]) => ({
  accepted: chunks.flatMap((chunk) => chunk.accepted),
  rejects: chunks.flatMap((chunk) => chunk.rejects),
});

describe("chunks", () => {
  const file = Buffer.from(`1,1,1\n2,2,2\n\n3,"3,3\n4,4,${"4".repeat(500)}\n5,x,5\n\n\n6,6,6`);

  test("cover a file without gap or overlap, in bytes and in lines, each with the hash up to its end", async () => {
    const chunks = await chunksOf(file, START);
    let byte = 0;
    let line = 1;
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ startByte: byte, firstLine: line });
      byte = chunk.endByte;
      line = chunk.lastLine + 1;
      expect(chunk.sha256).toBe(createHash("sha256").update(file.subarray(0, byte)).digest("hex"));
      expect(chunk.recordsRead).toBe(chunk.accepted.length + rowsOf(chunk.rejected).length);
    }
    expect({ byte, line }).toEqual({ byte: file.length, line: 10 });
    expect(outcomes(chunks)).toEqual({
      accepted: ["1:1", "2:2", "9:6"],
      rejects: [
        { reason: "unclosed_quote", records: 1, firstLine: 4 },
        { reason: "record_too_long", records: 1, firstLine: 5 },
        { reason: "bad_whole_number", records: 1, firstLine: 6 },
      ],
    });
  });

  test("may each be the last before a crash: reading goes on at the next record", async () => {
    const chunks = await chunksOf(file, START);
    for (const [index, { endByte, lastLine }] of chunks.entries()) {
      const rest = await chunksOf(file, { byte: endByte, linesBefore: lastLine });
      expect(outcomes([...chunks.slice(0, index + 1), ...rest])).toEqual(outcomes(chunks));
    }
  });
});

describe("a part that goes to another thread", () => {
  /** What a thread gets: what is moved to it is empty here. */
  async function* moved(parts: AsyncIterable<ChunkPart>): AsyncGenerator<ChunkPart> {
    for await (const part of parts) {
      const copy = structuredClone(part, { transfer: part.block === null ? [] : buffersOf(part.block) });
      if (part.block !== null) expect(part.block.frames.starts).toHaveLength(0);
      yield receivedPart(copy);
    }
  }
  /** A read as it comes of a file: in memory of its own. */
  const ofItsOwn = (read: Buffer): Buffer => Buffer.from(new Uint8Array(read).buffer);
  const lines = fc.array(
    fc.oneof(
      { weight: 20, arbitrary: fc.nat(999).map((id) => `${id + 1},1,2\n`) },
      { weight: 2, arbitrary: fc.constantFrom('7,"1",2\n', '8,1, "2"\n', "9,x,1\n", "\n", '5,"\n') },
      { weight: 1, arbitrary: fc.constant(`1,2,${"3".repeat(90)}\n`) },
    ),
    { minLength: 1, maxLength: 60 },
  );
  /** Reads of some kilobytes share their memory with none, smaller ones do. */
  const repeats = fc.constantFrom(1, 1, 40);

  test("takes along its own bytes and those of no other, wherever reads are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        lines,
        repeats,
        cutLists,
        fc.constantFrom(1, 10, 500),
        async (text, times, cuts, size) => {
          const file = Buffer.from(text.join("").repeat(times));
          const here = await prepared(framed(inReads(file, cuts), START, Buffer.alloc(0), size));
          const reads = inReads(file, cuts).map(ofItsOwn);
          const there = await prepared(moved(framed(reads, START, Buffer.alloc(0), size)));
          expect(there).toEqual(here);
        },
      ),
      { numRuns: 100 },
    );
  });
});
