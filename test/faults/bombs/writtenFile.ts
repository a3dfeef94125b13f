import { open } from "node:fs/promises";

/** A piece of a file: text, bytes, or so many NUL bytes that no block of the disk is taken for. */
export type Piece = string | Buffer | { readonly hole: number };

const PIECE_BYTES = 1 << 20;

/** A unit again and again, to the byte; never more than a megabyte of it at a time. */
export function* repeated(unit: string | Buffer, bytes: number): Generator<Buffer> {
  const whole = Buffer.from(unit as string);
  const piece = Buffer.alloc(Math.floor(PIECE_BYTES / whole.length) * whole.length, whole);
  for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

/** Bytes of a file of such pieces. */
export function sizeOf(pieces: Iterable<Piece>): number {
  let size = 0;
  for (const piece of pieces)
    size += typeof piece === "object" && "hole" in piece ? piece.hole : Buffer.byteLength(piece);
  return size;
}

/** Writes a file piece by piece, and gives its size. */
export async function writeFileOf(path: string, pieces: Iterable<Piece>): Promise<number> {
  const file = await open(path, "w");
  let size = 0;
  try {
    for (const piece of pieces) {
      if (typeof piece === "object" && "hole" in piece) {
        size += piece.hole;
        await file.truncate(size);
        continue;
      }
      const bytes = Buffer.from(piece as string);
      await file.write(bytes, 0, bytes.length, size);
      size += bytes.length;
    }
  } finally {
    await file.close();
  }
  return size;
}
