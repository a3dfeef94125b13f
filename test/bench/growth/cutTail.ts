import { open, rename, truncate, writeFile, type FileHandle } from "node:fs/promises";

/** Longer than any record that the generator writes. */
const MOST_RECORD_BYTES = 400;

/** Moves the last `records` lines of a file, with a copy of its header, to another one. No field has a line end in it. */
export async function cutTail(from: string, to: string, records: number): Promise<void> {
  const file = await open(from, "r");
  let end: number;
  try {
    const { size } = await file.stat();
    const header = await readAt(file, 0, Math.min(size, MOST_RECORD_BYTES));
    const tailStart = Math.max(0, size - (records + 1) * MOST_RECORD_BYTES);
    const tail = await readAt(file, tailStart, size - tailStart);
    let at = tail.length - 1;
    for (let lines = 0; lines < records; lines++) at = tail.lastIndexOf("\n", at - 1);
    if (at < 0) throw new Error(`${from} has fewer than ${records} records.`);
    end = tailStart + at + 1;
    const written = `${to}.part`;
    await writeFile(written, [header.subarray(0, header.indexOf("\n") + 1), tail.subarray(at + 1)]);
    await rename(written, to);
  } finally {
    await file.close();
  }
  await truncate(from, end);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
