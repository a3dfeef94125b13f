import { createHash } from "node:crypto";

/** What a text holds of its first bytes. */
export interface PrefixHashes {
  /** SHA-256, hexadecimal, of as many first bytes as were asked for, in that order; undefined where it has fewer. */
  readonly sha256: readonly (string | undefined)[];
  /** Bytes that were read: all of the text when it is shorter than the longest length. */
  readonly bytes: number;
}

/** Hashes the first bytes of a text, for ascending lengths in one go. Memory is bounded by one read. */
export async function hashPrefixes(
  text: AsyncIterable<Buffer>,
  lengths: readonly number[],
): Promise<PrefixHashes> {
  const hash = createHash("sha256");
  const sha256: string[] = [];
  let bytes = 0;
  const told = (): string => hash.copy().digest("hex");
  while (lengths[sha256.length] === 0) sha256.push(told());
  for await (const block of text) {
    let from = 0;
    for (;;) {
      const length = lengths[sha256.length];
      if (length === undefined) return { sha256, bytes };
      const taken = block.subarray(from, from + length - bytes);
      hash.update(taken);
      from += taken.length;
      bytes += taken.length;
      if (bytes < length) break;
      sha256.push(told());
    }
  }
  return { sha256: lengths.map((_length, index) => sha256[index]), bytes };
}
