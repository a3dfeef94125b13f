import type { FileHandle } from "node:fs/promises";

/** Bytes of one read. */
export const READ_BYTES = 1 << 20;

/**
 * The bytes of an open file from a position to its end, in reads of `READ_BYTES`. All reads share one buffer: what is
 * to be kept of one must be copied before the next.
 */
export async function* fileBytes(file: FileHandle, from: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  for (let position = from; ;) {
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
