import { describe, expect, test } from "@jest/globals";
import { gzip } from "../../../../src/sources/carriers/gzip.ts";
import { gz } from "../../../fixtures/carriers.ts";
import { unpacked } from "./unpacked.ts";

const TEXT = Buffer.from(Array.from({ length: 5_000 }, (_, id) => `${id},${(id * 7919) % 1000}\n`).join(""));
const ARCHIVE = gz(TEXT);

describe("a gzip archive", () => {
  test.each([1 << 20, 1_000, 7, 1])("gives what is packed in it, in reads of %d bytes", async (readBytes) => {
    expect((await unpacked(gzip, ARCHIVE, readBytes)).equals(TEXT)).toBe(true);
  });

  test.each([1 << 20, ARCHIVE.length, 7])(
    "of several members gives all of them, in reads of %d bytes",
    async (readBytes) => {
      const archive = Buffer.concat([ARCHIVE, gz(""), gz("end\n")]);
      expect(
        (await unpacked(gzip, archive, readBytes)).equals(Buffer.concat([TEXT, Buffer.from("end\n")])),
      ).toBe(true);
    },
  );

  test("may be filled up with zeros", async () => {
    expect((await unpacked(gzip, Buffer.concat([ARCHIVE, Buffer.alloc(5_000)]), 1_000)).equals(TEXT)).toBe(
      true,
    );
  });

  test("is told by its first bytes", () => {
    expect(gzip.isBegunBy(ARCHIVE)).toBe(true);
    expect([Buffer.from("id,type\n"), Buffer.of(0x1f), Buffer.alloc(0)].some(gzip.isBegunBy)).toBe(false);
  });
});

describe("a gzip archive that is not whole", () => {
  const flipped = (fromEnd: number): Buffer => {
    const bytes = Buffer.from(ARCHIVE);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - fromEnd) ^ 1, bytes.length - fromEnd);
    return bytes;
  };
  const DAMAGED: readonly (readonly [string, Buffer, RegExp])[] = [
    ["breaks off in its content", ARCHIVE.subarray(0, -100), /breaks off/],
    ["breaks off in its checksum", ARCHIVE.subarray(0, -5), /breaks off/],
    ["breaks off in its second member", Buffer.concat([ARCHIVE, ARCHIVE.subarray(0, 12)]), /breaks off/],
    ["has another checksum", flipped(6), /damaged \(incorrect data check\)/],
    ["has another length", flipped(2), /damaged \(incorrect length check\)/],
    ["has another content", flipped(ARCHIVE.length >> 1), /damaged/],
    ["goes on with something else", Buffer.concat([ARCHIVE, Buffer.from("id,type\n")]), /damaged/],
    [
      "goes on with zeros and something else",
      Buffer.concat([ARCHIVE, Buffer.alloc(9), gz("x")]),
      /something else follows/,
    ],
  ];

  test.each(DAMAGED)("is an error where it %s", async (_how, bytes, message) => {
    for (const readBytes of [1 << 20, ARCHIVE.length, 13]) {
      await expect(unpacked(gzip, bytes, readBytes)).rejects.toMatchObject({
        kind: "damaged",
        message: expect.stringMatching(message),
      });
    }
  });

  test("is an error wherever it breaks off", async () => {
    const short = gz("1,2\n");
    for (let length = 2; length < short.length; length += 1)
      await expect(unpacked(gzip, short.subarray(0, length))).rejects.toMatchObject({ kind: "damaged" });
  });
});

test("what the file system answers is passed on, and reading ends with whoever reads", async () => {
  let isOpen = true;
  const failing = gzip.unpack(async function* read() {
    yield await Promise.resolve(ARCHIVE.subarray(0, 100));
    throw Object.assign(new Error("i/o error"), { code: "EIO" });
  });
  await expect(failing.next()).rejects.toMatchObject({ code: "EIO" });

  const left = gzip.unpack(async function* read() {
    try {
      for (;;) yield await Promise.resolve(ARCHIVE);
    } finally {
      isOpen = false;
    }
  });
  await left.next();
  await left.return(undefined);
  expect(isOpen).toBe(false);
});
