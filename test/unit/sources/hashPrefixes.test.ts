import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { hashPrefixes } from "../../../src/sources/hashPrefixes.ts";
import { cutLists, inReads } from "./writtenFiles.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function* textOf(reads: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* reads;
}

test("hashes the first bytes of a text for every length that it has, wherever its reads end", async () => {
  const lengthLists = fc.array(fc.nat({ max: 60 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 50 }), cutLists, lengthLists, async (bytes, cuts, list) => {
      const text = Buffer.from(bytes);
      const lengths = list.sort((a, b) => a - b);
      const hashes = await hashPrefixes(textOf(inReads(text, cuts)), lengths);
      expect(hashes.sha256).toEqual(
        lengths.map((length) => (length <= text.length ? sha256(text.subarray(0, length)) : undefined)),
      );
      if (hashes.sha256.includes(undefined)) expect(hashes.bytes).toBe(text.length);
    }),
    { numRuns: 1_000 },
  );
});
