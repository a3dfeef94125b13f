import { createHash, type Hash } from "node:crypto";

/** The beginning of a text, as it is when it is read again. */
export interface Prefix {
  /** SHA-256 to go on from, of the prefix only. */
  readonly hash: Hash;
  /** The prefix's last byte and the one after it; undefined where there is none. */
  readonly lastByte: number | undefined;
  readonly nextByte: number | undefined;
  /** SHA-256 of the whole text, hexadecimal; null when it goes on for more than `further` bytes. */
  readonly wholeSha256: string | null;
}

/**
 * Reads the first `length` bytes of a text again, and a little more.
 *
 * @param further how many bytes may follow for the whole text's hash to be told
 * @returns undefined when the text is shorter
 */
export async function readPrefix(
  text: AsyncIterable<Buffer>,
  length: number,
  further: number,
): Promise<Prefix | undefined> {
  const hash = createHash("sha256");
  let left = length;
  let lastByte: number | undefined;
  let following: Buffer = Buffer.alloc(0);
  for await (const block of text) {
    const taken = block.subarray(0, left);
    hash.update(taken);
    left -= taken.length;
    lastByte = taken.at(-1) ?? lastByte;
    if (taken.length < block.length) following = Buffer.concat([following, block.subarray(taken.length)]);
    if (following.length > further) break;
  }
  if (left > 0) return undefined;
  const wholeSha256 = following.length > further ? null : hash.copy().update(following).digest("hex");
  return { hash, lastByte, nextByte: following[0], wholeSha256 };
}
