import { createHash, createHmac } from "node:crypto";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createCardTokeniser } from "../../../src/sources/cards.ts";
import { MOST_TEXT_BYTES, RecordHashes } from "../../../src/sources/sha256/recordHashes.ts";
import { CASES } from "./cases.ts";

interface Hashed {
  readonly row: number;
  readonly digest: string;
  readonly token: string | null;
}

interface Given {
  readonly text: Uint8Array;
  /** Empty without a card. */
  readonly digits: string;
}

/** Hashes under a key, and what came of them, in the order in which it came. */
function openHashes(key: Buffer) {
  const hashed: Hashed[] = [];
  const hex = (bytes: Uint8Array, at: number): string =>
    Buffer.from(bytes.subarray(at, at + 16)).toString("hex");
  const hashes = RecordHashes.create(createCardTokeniser(key).key, (row, bytes, digestAt, tokenAt) => {
    hashed.push({ row, digest: hex(bytes, digestAt), token: tokenAt < 0 ? null : hex(bytes, tokenAt) });
  });
  if (hashes === undefined) throw new Error("this machine has no vectors in WebAssembly");
  const add = ({ text, digits }: Given, row: number): void => {
    hashes.bytes.set(text, hashes.textAt);
    hashes.bytes.set(Buffer.from(digits), hashes.cardAt);
    hashes.add(row, text.length, digits.length);
  };
  return { hashes, hashed, add };
}

const expectedOf = (key: Buffer, { text, digits }: Given, row: number): Hashed => ({
  row,
  digest: createHash("sha256").update(text).digest("hex").slice(0, 32),
  token: digits === "" ? null : createHmac("sha256", key).update(digits).digest("hex").slice(0, 32),
});

const KEY = Buffer.alloc(32, 7);
const texts = fc.oneof(
  fc.uint8Array({ maxLength: 150 }),
  fc.uint8Array({ maxLength: 700 }),
  // Where the padding needs a block of its own, or just does not.
  fc
    .constantFrom(0, 1, 54, 55, 56, 57, 62, 63, 64, 65, 118, 119, 120, 127, 128, 129, MOST_TEXT_BYTES)
    .map((length) => new Uint8Array(length).fill(0x41)),
);
const given = fc.record({ text: texts, digits: fc.oneof(fc.constant(""), fc.stringMatching(/^\d{12,19}$/)) });
const keys = fc.uint8Array({ minLength: 32, maxLength: 100 }).map((bytes) => Buffer.from(bytes));

test("of every record, however many wait together, come the hashes that Node makes", () => {
  fc.assert(
    fc.property(keys, fc.array(fc.array(given, { maxLength: 9 }), { maxLength: 4 }), (key, chunks) => {
      const { hashes, hashed, add } = openHashes(key);
      for (const chunk of chunks) {
        hashed.length = 0;
        for (const [row, record] of chunk.entries()) add(record, row);
        hashes.finish();
        expect(hashed).toEqual(chunk.map((record, row) => expectedOf(key, record, row)));
      }
    }),
    { numRuns: CASES },
  );
});

test("four records are hashed when the fourth is there, others at the end, forgotten ones never", () => {
  const { hashes, hashed, add } = openHashes(KEY);
  const records = Array.from({ length: 7 }, (_, row) => ({ text: Buffer.from(`record ${row}`), digits: "" }));
  records.slice(0, 3).forEach(add);
  expect(hashed).toEqual([]);
  add({ text: Buffer.from("record 3"), digits: "" }, 3);
  expect(hashed.map(({ row }) => row)).toEqual([0, 1, 2, 3]);
  records.slice(4).forEach(add);
  hashes.clear();
  hashes.finish();
  expect(hashed).toHaveLength(4);
});

test("no digits of a card are left once they are hashed, or turned out to be none's, or are forgotten", () => {
  const digits = "4929715380426837";
  // As they stand, and word by word as the hash takes them.
  const groups = ["4929", "7153", "8042", "6837"].flatMap((group) => [
    group,
    Buffer.from(group).reverse().toString(),
  ]);
  const found = (hashes: RecordHashes): string[] =>
    groups.filter((group) => Buffer.from(hashes.bytes).includes(group, 0, "latin1"));
  const record = { text: Buffer.from("a text"), digits };

  const { hashes, add } = openHashes(KEY);
  add(record, 1);
  expect(found(hashes)).not.toEqual([]);
  hashes.finish();
  expect(found(hashes)).toEqual([]);
  for (let row = 0; row < 4; row += 1) add(record, row);
  expect(found(hashes)).toEqual([]);

  add(record, 1);
  hashes.clear();
  expect(found(hashes)).toEqual([]);

  hashes.bytes.set(Buffer.from(digits), hashes.cardAt);
  hashes.wipeCard();
  expect(found(hashes)).toEqual([]);
});
