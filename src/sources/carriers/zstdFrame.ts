import { Unusable } from "./carrier.ts";
import type { BytesInPieces } from "./bytesInPieces.ts";

/** What the header of a frame says (RFC 8878, 3.1.1.1). */
export interface ZstdFrame {
  readonly header: Buffer;
  /** Bytes that its content refers back to, and that are kept in memory. */
  readonly windowBytes: number;
  /** Bytes of its content; null where it does not say. */
  readonly contentBytes: bigint | null;
  /** Whether a checksum of its content follows it. */
  readonly hasChecksum: boolean;
}

export const ZSTD_MAGIC = 0xfd2fb528;
/** Frames that hold nothing for a reader have one of sixteen numbers. */
const SKIPPABLE_MAGIC = 0x184d2a50;
/** What zstd itself takes unless told otherwise (`--long=27`). */
const MOST_WINDOW_BYTES = 128 << 20;
/** A block's content is no longer, packed or unpacked. */
export const MOST_BLOCK_BYTES = 128 << 10;

const MAGIC_BYTES = 4;
const WINDOW_DESCRIPTOR_BYTES = 1;
/** By the two bits that tell. */
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

/** Takes the header of the next frame; those to be skipped are. Undefined where no frame follows. */
export async function nextFrame(bytes: BytesInPieces): Promise<ZstdFrame | undefined> {
  for (;;) {
    const start = await bytes.take(MAGIC_BYTES);
    if (start.length === 0) return undefined;
    if (start.length < MAGIC_BYTES) throw broken();
    const magic = start.readUInt32LE();
    if (magic === ZSTD_MAGIC) return frameOf(start, bytes);
    if ((magic & 0xfffffff0) >>> 0 !== SKIPPABLE_MAGIC)
      throw new Unusable("damaged", "something else follows a frame of the zstd archive in it");
    await skip(bytes);
  }
}

/** A block as it stands, with its header; the last one of a frame says so. */
export async function nextBlock(bytes: BytesInPieces): Promise<{ bytes: Buffer; isLast: boolean }> {
  const header = await whole(bytes, 3);
  const fields = header.readUIntLE(0, 3);
  const isRunLength = ((fields >> 1) & 3) === 1;
  const length = fields >>> 3;
  if (length > MOST_BLOCK_BYTES) throw damaged("a block is too long");
  const content = await whole(bytes, isRunLength ? 1 : length);
  return { bytes: Buffer.concat([header, content]), isLast: (fields & 1) === 1 };
}

/** Takes so many bytes. */
export async function whole(bytes: BytesInPieces, length: number): Promise<Buffer> {
  const taken = await bytes.take(length);
  if (taken.length < length) throw broken();
  return taken;
}

export function damaged(how: string, cause?: unknown): Unusable {
  return new Unusable("damaged", `the zstd archive is damaged (${how})`, cause);
}

function broken(): Unusable {
  return new Unusable("damaged", "the zstd archive breaks off");
}

async function frameOf(magic: Buffer, bytes: BytesInPieces): Promise<ZstdFrame> {
  const descriptor = await whole(bytes, 1);
  const flags = descriptor.readUInt8();
  if ((flags & 0x08) !== 0) throw damaged("a bit is set that has no meaning");
  const isSingleSegment = (flags & 0x20) !== 0;
  const windowLength = isSingleSegment ? 0 : WINDOW_DESCRIPTOR_BYTES;
  const dictionaryLength = DICTIONARY_ID_BYTES[flags & 3] ?? 0;
  const sizeFlag = flags >>> 6;
  const sizeLength = sizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
  const rest = await whole(bytes, windowLength + dictionaryLength + sizeLength);
  if (rest.subarray(windowLength, windowLength + dictionaryLength).some((byte) => byte !== 0))
    throw new Unusable("refused", "it can be unpacked with a zstd dictionary only: pack it without one");
  const contentBytes = contentBytesOf(rest.subarray(windowLength + dictionaryLength));
  const windowBytes = isSingleSegment ? Number(contentBytes ?? 0n) : windowBytesOf(rest.readUInt8());
  if (windowBytes > MOST_WINDOW_BYTES) {
    const megabytes = Math.ceil(windowBytes / (1 << 20));
    throw new Unusable(
      "refused",
      `${megabytes} MB of memory are needed to unpack it, and no more than ${MOST_WINDOW_BYTES >> 20} are given: pack it with zstd --long=27, or without --long`,
    );
  }
  const header = Buffer.concat([magic, descriptor, rest]);
  return { header, windowBytes, contentBytes, hasChecksum: (flags & 0x04) !== 0 };
}

function contentBytesOf(field: Buffer): bigint | null {
  switch (field.length) {
    case 0:
      return null;
    case 1:
      return BigInt(field.readUInt8());
    case 2:
      return BigInt(field.readUInt16LE() + 256);
    case 4:
      return BigInt(field.readUInt32LE());
    default:
      return field.readBigUInt64LE();
  }
}

/** RFC 8878, 3.1.1.1.2. */
function windowBytesOf(descriptor: number): number {
  const power = 2 ** (10 + (descriptor >>> 3));
  return power + (power / 8) * (descriptor & 7);
}

async function skip(bytes: BytesInPieces): Promise<void> {
  let left = (await whole(bytes, 4)).readUInt32LE();
  while (left > 0) left -= (await whole(bytes, Math.min(left, MOST_BLOCK_BYTES))).length;
}
