import { Decompress } from "fzstd";
import createHashes, { type XXHash } from "xxhash-wasm";
import { once } from "../../lib/once.ts";
import { READ_BYTES } from "../fileBytes.ts";
import { BytesInPieces } from "./bytesInPieces.ts";
import { Unusable, type BytesFrom, type Packing } from "./carrier.ts";
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
/** A block may be a byte long, and takes a hundred of memory. */
const MOST_BLOCKS = 10_000;
const hashes = once(createHashes);

async function* unpack(packed: BytesFrom): AsyncGenerator<Buffer> {
  const hashing = await hashes();
  const bytes = new BytesInPieces(packed(0));
  const work = new Work();
  let blocks: Uint8Array[] = [];
  let length = 0;
  try {
    for (let frame = await nextFrame(bytes); frame !== undefined; frame = await nextFrame(bytes)) {
      for await (const block of contentOf(frame, bytes, work, hashing.create64())) {
        blocks.push(block);
        length += block.length;
        if (length < READ_BYTES && blocks.length < MOST_BLOCKS) continue;
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
  { header, windowBytes, contentBytes, hasChecksum }: ZstdFrame,
  bytes: BytesInPieces,
  work: Work,
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
    work.add(windowBytes, block.bytes.length + made.reduce((sum, content) => sum + content.length, 0));
    made = [];
    if (isLast && hasChecksum && checksum.readUInt32LE() !== Number(hash.digest() & 0xffffffffn))
      throw damaged("its checksum is another one");
  }
  if (contentBytes !== null && contentBytes !== length) throw damaged("it holds more or less than it says");
}

const NO_BYTES = Buffer.alloc(0);

/** Bytes moved for a byte that is packed or unpacked: a window of 2 MB with a record a block takes half of it. */
const MOST_MOVED = 4_096;
/** So much may be moved for any archive: it takes some seconds. */
const ALWAYS_MOVED = 64 * 2 ** 30;

/** The decompressor moves all of a frame's window for each of its blocks, however short that is. */
class Work {
  #moved = 0;
  #bytes = 0;

  /** @throws Unusable `refused` */
  add(windowBytes: number, bytes: number): void {
    this.#moved += windowBytes;
    this.#bytes += bytes;
    if (this.#moved > ALWAYS_MOVED && this.#moved > MOST_MOVED * this.#bytes)
      throw new Unusable("refused", "its blocks are too short for its window: pack it without zstd --long");
  }
}

/** It meets damage in many ways, and takes some of it for content: what it makes is to be compared with the checksum. */
function decompress(decompressor: Decompress, bytes: Buffer, isLast: boolean): void {
  try {
    decompressor.push(bytes, isLast);
  } catch (error) {
    throw damaged("a block cannot be read", error);
  }
}
