import type { FileHandle } from "node:fs/promises";

/** Bytes of one read. Two reads bound what is held of a file at a time. */
export const READ_BYTES = 1 << 20;

/** The bytes of an open file from a position to its end, in reads of `READ_BYTES`; each buffer is the caller's. */
export async function* fileBytes(file: FileHandle, from: number): AsyncGenerator<Buffer> {
  let position = from;
  for (;;) {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield bytesRead === READ_BYTES ? buffer : buffer.subarray(0, bytesRead);
  }
}
