import type { BytesFrom, Packing } from "../../../../src/sources/carriers/carrier.ts";

/** What a packing makes of bytes that come in reads of a length, all in the same memory. */
export async function unpacked(packing: Packing, bytes: Buffer, readBytes = 1 << 20): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of packing.unpack(inReads(bytes, readBytes))) blocks.push(Buffer.from(block));
  return Buffer.concat(blocks);
}

function inReads(bytes: Buffer, readBytes: number): BytesFrom {
  return async function* read(from) {
    const buffer = Buffer.alloc(readBytes);
    for (let position = from; position < bytes.length; position += readBytes) {
      const length = bytes.copy(buffer, 0, position, position + readBytes);
      yield await Promise.resolve(buffer.subarray(0, length));
      buffer.fill(0xa5);
    }
  };
}
