import { Decompress } from "fzstd";
import createHashes, { type XXHash } from "xxhash-wasm";
import { once } from "../../lib/once.ts";
import { READ_BYTES } from "../fileBytes.ts";
import { BytesInPieces } from "./bytesInPieces.ts";
import type { BytesFrom, Packing } from "./carrier.ts";
import {
  damaged,
  MOST_BLOCK_BYTES,
  nextBlock,
  nextFrame,
  whole,
  ZSTD_MAGIC,
  type ZstdFrame,
} from "./zstdFrame.ts";

/** RFC 8878: one frame or several, one behind the other. */
export const zstd: Packing = {
  name: "zstd",
  ending: ".zst",
  isBegunBy: (beginning) => beginning.length >= 4 && beginning.readUInt32LE() === ZSTD_MAGIC,
  unpack,
};

const CHECKSUM_BYTES = 4;
const hashes = once(createHashes);

async function* unpack(packed: BytesFrom): AsyncGenerator<Buffer> {
  const hashing = await hashes();
  const bytes = new BytesInPieces(packed(0));
  let blocks: Uint8Array[] = [];
  let length = 0;
  try {
    for (let frame = await nextFrame(bytes); frame !== undefined; frame = await nextFrame(bytes)) {
      for await (const block of contentOf(frame, bytes, hashing.create64())) {
        blocks.push(block);
        length += block.length;
        if (length < READ_BYTES) continue;
        yield Buffer.concat(blocks);
        blocks = [];
        length = 0;
      }
    }
    if (length > 0) yield Buffer.concat(blocks);
  } finally {
    await bytes.close();
  }
}

/** What a frame holds, block by block, compared at its end with what the frame says of its length and checksum. */
async function* contentOf(
  { header, contentBytes, hasChecksum }: ZstdFrame,
  bytes: BytesInPieces,
  hash: XXHash<bigint>,
): AsyncGenerator<Uint8Array> {
  let made: Uint8Array[] = [];
  let length = 0n;
  const decompressor = new Decompress((content) => made.push(content));
  let before = header;
  for (let isLast = false; !isLast;) {
    const block = await nextBlock(bytes);
    ({ isLast } = block);
    const checksum = isLast && hasChecksum ? await whole(bytes, CHECKSUM_BYTES) : NO_BYTES;
    decompress(decompressor, Buffer.concat([before, block.bytes, checksum]), isLast);
    before = NO_BYTES;
    for (const content of made) {
      if (content.length > MOST_BLOCK_BYTES) throw damaged("a block is too long");
      length += BigInt(content.length);
      hash.update(content);
      yield content;
    }
    made = [];
    if (isLast && hasChecksum && checksum.readUInt32LE() !== Number(hash.digest() & 0xffffffffn))
      throw damaged("its checksum is another one");
  }
  if (contentBytes !== null && contentBytes !== length) throw damaged("it holds more or less than it says");
}

const NO_BYTES = Buffer.alloc(0);

/** It meets damage in many ways, and takes some of it for content: what it makes is to be compared with the checksum. */
function decompress(decompressor: Decompress, bytes: Buffer, isLast: boolean): void {
  try {
    decompressor.push(bytes, isLast);
  } catch (error) {
    throw damaged("a block cannot be read", error);
  }
}
