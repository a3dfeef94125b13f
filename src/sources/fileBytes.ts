import type { FileHandle } from "node:fs/promises";

/** Bytes of one read, but for a first one. */
export const READ_BYTES = 1 << 20;
/** A file is opened for reading several times in a run, and most hold less: buffers of a whole read are collected dearly. */
const FIRST_READ_BYTES = 1 << 16;

/**
 * The bytes of an open file from a position to its end, in reads of `READ_BYTES` after a smaller one. Reads share a buffer:
 * what is to be kept of one must be copied before the next.
 */
export async function* fileBytes(file: FileHandle, from: number): AsyncGenerator<Buffer> {
  let buffer = Buffer.allocUnsafeSlow(FIRST_READ_BYTES);
  for (let position = from; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
    if (bytesRead === FIRST_READ_BYTES && buffer.length === FIRST_READ_BYTES)
      buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  }
}
