import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { prepareChunks, type PreparedChunk } from "../../../src/ingestion/prepareChunks.ts";
import { CONTRACTS } from "../../../src/sources/contracts.ts";
import { deviceParser, type Device } from "../../../src/sources/parseDevice.ts";
import { columnsOf } from "../sources/sampleRecords.ts";

const HEADER = ["id", "type", "store_id"];

/** The chunks of a devices file from a byte on, of one record or a little more each. */
async function chunksOf(
  file: Buffer,
  from: { byte: number; linesBefore: number },
  readBytes = 16,
): Promise<PreparedChunk[]> {
  const chunks: PreparedChunk[] = [];
  async function* source() {
    for (let at = from.byte; at < file.length; at += readBytes) yield file.subarray(at, at + readBytes);
  }
  const columns = columnsOf("devices", HEADER);
  const rules = {
    contract: CONTRACTS.devices,
    dialect: { delimiter: ",", header: HEADER, headerBytes: 0, headerLines: 0 },
    columns,
    parse: deviceParser(columns),
    copyRow: ({ deviceId }: Device, line: number) => `${line}:${deviceId}\n`,
    maxRecordBytes: 64,
    chunkRecords: 1,
    startByte: from.byte,
    readFrom: from.byte,
    linesBefore: from.linesBefore,
    hash: createHash("sha256").update(file.subarray(0, from.byte)),
  } as const;
  for await (const chunk of prepareChunks(source(), rules)) chunks.push(chunk);
  return chunks;
}

const rowsOf = (copyText: readonly Buffer[]): string[] =>
  Buffer.concat(copyText).toString().split("\n").slice(0, -1);

describe("chunks", () => {
  const file = Buffer.from(`1,1,1\n2,2,2\n\n3,"3,3\n4,4,${"4".repeat(500)}\n5,x,5\n\n\n6,6,6`);
  const start = { byte: 0, linesBefore: 0 };
  const outcomes = (chunks: readonly PreparedChunk[]) => ({
    accepted: chunks.flatMap((chunk) => rowsOf(chunk.accepted)),
    rejects: chunks.flatMap((chunk) => chunk.rejects),
  });

  test("cover a file without gap or overlap, in bytes and in lines, each with the hash up to its end", async () => {
    const chunks = await chunksOf(file, start);
    let byte = 0;
    let line = 1;
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ startByte: byte, firstLine: line });
      byte = chunk.endByte;
      line = chunk.lastLine + 1;
      expect(chunk.sha256).toBe(createHash("sha256").update(file.subarray(0, byte)).digest("hex"));
      expect(chunk.recordsRead).toBe(rowsOf(chunk.accepted).length + rowsOf(chunk.rejected).length);
    }
    expect({ byte, line }).toEqual({ byte: file.length, line: 10 });
    expect(outcomes(chunks)).toEqual({
      accepted: ["1:1", "2:2", "9:6"],
      rejects: [
        { line: 4, reason: "unclosed_quote" },
        { line: 5, reason: "record_too_long" },
        { line: 6, reason: "bad_whole_number" },
      ],
    });
  });

  test("may each be the last before a crash: reading goes on at the next record", async () => {
    const chunks = await chunksOf(file, start);
    for (const [index, { endByte, lastLine }] of chunks.entries()) {
      const rest = await chunksOf(file, { byte: endByte, linesBefore: lastLine });
      expect(outcomes([...chunks.slice(0, index + 1), ...rest])).toEqual(outcomes(chunks));
    }
  });
});
