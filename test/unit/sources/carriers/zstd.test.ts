import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { zstd } from "../../../../src/sources/carriers/zstd.ts";
import { zst, zstStreamed, zstWithoutChecksum } from "../../../fixtures/carriers.ts";
import { trials } from "../../../fixtures/trials.ts";
import { unpacked } from "./unpacked.ts";

const rows = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, id) => `${id},${(id * 7919) % 1000},Tulips\n`).join(""));
const TEXT = rows(60_000);
const SHORT = "id,type,store_id\n1,1,1\n2,1,1\n3,2,1\n";
/** By zstd 1.5.4, of a file, of a pipe, and of a pipe with `--long=27`. */
const OF_THE_PROGRAM = [
  "KLUv/SQjGQEAaWQsdHlwZSxzdG9yZV9pZAoxLDEsMQoyLDEsMQozLDIsMQrdmVWo",
  "KLUv/QRYGQEAaWQsdHlwZSxzdG9yZV9pZAoxLDEsMQoyLDEsMQozLDIsMQrdmVWo",
  "KLUv/QSIGQEAaWQsdHlwZSxzdG9yZV9pZAoxLDEsMQoyLDEsMQozLDIsMQrdmVWo",
];
/** A frame that readers skip, with so many bytes. */
const skipped = (length: number): Buffer => {
  const frame = Buffer.alloc(8 + length, 7);
  frame.writeUInt32LE(0x184d2a5e);
  frame.writeUInt32LE(length, 4);
  return frame;
};

describe("a zstd archive", () => {
  test.each(OF_THE_PROGRAM)("made by the program gives what is packed in it: %s", async (archive) => {
    expect((await unpacked(zstd, Buffer.from(archive, "base64"))).toString()).toBe(SHORT);
  });

  test.each([
    ["with a checksum", zst],
    ["without one", zstWithoutChecksum],
    ["with a window, in many blocks", zstStreamed],
  ])("%s gives what is packed in it, however it is read", async (_how, pack) => {
    const archive = await pack(TEXT);
    for (const readBytes of [1 << 20, 4_999, 7])
      expect((await unpacked(zstd, archive, readBytes)).equals(TEXT)).toBe(true);
  });

  test("of several frames gives all of them, and nothing for those to skip and for empty ones", async () => {
    const archive = Buffer.concat([
      await zst("a\n"),
      skipped(300_000),
      skipped(0),
      await zst(""),
      await zstStreamed(TEXT),
      await zst("z\n"),
      skipped(1),
    ]);
    const whole = Buffer.concat([Buffer.from("a\n"), TEXT, Buffer.from("z\n")]);
    for (const readBytes of [1 << 20, 31])
      expect((await unpacked(zstd, archive, readBytes)).equals(whole)).toBe(true);
  });

  test("of runs of one byte, and of bytes that cannot be packed, gives them", async () => {
    let state = 1;
    const noise = Buffer.from(
      Array.from({ length: 200_000 }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff),
    );
    for (const content of [Buffer.alloc(3 << 20, "x"), noise])
      expect((await unpacked(zstd, await zst(content), 10_007)).equals(content)).toBe(true);
  });

  test("comes in pieces of about a read of a file", async () => {
    const archive = await zstStreamed(rows(200_000));
    const lengths: number[] = [];
    for await (const block of zstd.unpack(async function* read() {
      yield await Promise.resolve(archive);
    }))
      lengths.push(block.length);
    expect(lengths.length).toBeGreaterThan(2);
    expect(Math.max(...lengths)).toBeLessThan(2 << 20);
    expect(Math.min(...lengths.slice(0, -1))).toBeGreaterThanOrEqual(1 << 20);
  });
});

describe("a zstd archive that is not whole", () => {
  test("is an error wherever it breaks off", async () => {
    for (const archive of [await zst("1,2\n3,4\n"), await zstStreamed(Buffer.from(SHORT))]) {
      for (let length = 1; length < archive.length; length += 1) {
        await expect(unpacked(zstd, archive.subarray(0, length))).rejects.toMatchObject({
          kind: "damaged",
          message: "the zstd archive breaks off",
        });
      }
    }
    await expect(
      unpacked(zstd, Buffer.concat([await zst("a"), skipped(9).subarray(0, -1)])),
    ).rejects.toMatchObject({
      kind: "damaged",
    });
  });

  test("is an error where something else follows a frame", async () => {
    for (const rest of [Buffer.from("id,type\n"), Buffer.alloc(20)]) {
      await expect(unpacked(zstd, Buffer.concat([await zst("a"), rest]))).rejects.toMatchObject({
        kind: "damaged",
        message: expect.stringMatching(/something else follows/),
      });
    }
  });

  test("is an error where a frame holds more or less than it says", async () => {
    const archive = await zstWithoutChecksum("abcdefgh");
    const saysNine = Buffer.from(archive);
    // One byte of length behind the descriptor.
    saysNine.writeUInt8(9, 5);
    await expect(unpacked(zstd, saysNine)).rejects.toMatchObject({ kind: "damaged" });
  });

  test("never gives other bytes, whatever bit is another one: it is an error, or says the same", async () => {
    const content = rows(300);
    const archives = [await zst(content), await zstStreamed(content)];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...archives), fc.nat(), fc.nat(7), async (archive, place, bit) => {
        const damaged = Buffer.from(archive);
        const at = place % damaged.length;
        damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << bit), at);
        const made = await unpacked(zstd, damaged).catch((error: unknown) => error);
        if (Buffer.isBuffer(made)) expect(made.equals(content)).toBe(true);
        else
          expect(made).toMatchObject({ name: "Error", kind: expect.stringMatching(/^(damaged|refused)$/) });
      }),
      { numRuns: trials({ quick: 500, all: 10_000 }) },
    );
  });
});

describe("a zstd archive is refused", () => {
  test("where it needs more memory than there is to be had", async () => {
    const archive = Buffer.from(OF_THE_PROGRAM[1] ?? "", "base64");
    const WINDOW_AT = 5;
    const withWindow = (megabytes: number): Buffer => {
      const other = Buffer.from(archive);
      other.writeUInt8((Math.log2(megabytes) + 10) << 3, WINDOW_AT);
      return other;
    };
    expect((await unpacked(zstd, withWindow(128))).toString()).toBe(SHORT);
    await expect(unpacked(zstd, withWindow(256))).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringMatching(/^256 MB of memory .* no more than 128/),
    });
  });

  test("where it needs a dictionary", async () => {
    const archive = Buffer.from(OF_THE_PROGRAM[1] ?? "", "base64");
    // Its one byte stands behind that of the window.
    const withDictionary = Buffer.concat([
      archive.subarray(0, 4),
      Buffer.of(0x05, 0x58, 9),
      archive.subarray(6),
    ]);
    await expect(unpacked(zstd, withDictionary)).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringMatching(/dictionary/),
    });
  });
});

test("reading ends with whoever reads", async () => {
  const archive = await zst(rows(200_000));
  let isOpen = true;
  const left = zstd.unpack(async function* read() {
    try {
      for (;;) yield await Promise.resolve(archive);
    } finally {
      isOpen = false;
    }
  });
  await left.next();
  await left.return(undefined);
  expect(isOpen).toBe(false);
});
