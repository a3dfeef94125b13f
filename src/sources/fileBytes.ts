import type { FileHandle } from "node:fs/promises";

/** Bytes of one read. */
export const READ_BYTES = 1 << 20;

/**
 * The bytes of an open file from a position to its end, in reads of `READ_BYTES`. Reads share a buffer: what is to be kept of
 * one must be copied before the next.
 */
export async function* fileBytes(file: FileHandle, from: number): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  // Most files hold less than a whole read, and are opened several times in a run: buffers of one are collected dearly.
  let buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, Math.max(0, size - from) + 1));
  for (let position = from; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
    // It has grown meanwhile.
    if (bytesRead === buffer.length && buffer.length < READ_BYTES)
      buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  }
}
