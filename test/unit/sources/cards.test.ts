import { createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  copyCardDigits,
  createCardTokeniser,
  fingerprintOfKey,
  readCardNumber,
} from "../../../src/sources/cards.ts";
import { MOST_CARD_DIGITS } from "../../../src/sources/sha256/recordHashes.ts";
import { CASES } from "./cases.ts";
import { READABLE_FORMATS, UNREADABLE_FORMATS } from "../../fixtures/cardFormats.ts";
import { TEST_CARDS, writtenCards } from "./testCards.ts";

const KEY = Buffer.alloc(32, 7);
const OTHER_KEY = Buffer.alloc(32, 8);

describe("a card number", () => {
  test.each(Object.entries(READABLE_FORMATS))("is read whatever its format: %s", (_, format) => {
    for (const digits of TEST_CARDS) expect(readCardNumber(format(digits))).toBe(digits);
  });

  test.each(Object.entries(UNREADABLE_FORMATS))("is not guessed at: %s", (_, format) => {
    for (const digits of TEST_CARDS) expect(readCardNumber(format(digits))).toBeUndefined();
  });

  test.each([
    "",
    "4,50823E+15",
    "41111111111",
    "41111111111111111111",
    "4111 1111 1111 111x",
    "0x4111111111111111",
    "-",
    "½".repeat(12),
  ])("is not %j", (text) => {
    expect(readCardNumber(text)).toBeUndefined();
  });

  test("keeps its last four digits and a token, which is a uuid", () => {
    expect(createCardTokeniser(KEY).tokenise("4111111111111234")).toEqual({
      token: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      last4: "1234",
    });
  });

  test("has one token, which no other card and no other key gives", () => {
    const tokens = (key: Buffer) =>
      TEST_CARDS.map((digits) => createCardTokeniser(key).tokenise(digits).token);
    expect(tokens(KEY)).toEqual(tokens(KEY));
    expect(new Set([...tokens(KEY), ...tokens(OTHER_KEY)]).size).toBe(2 * TEST_CARDS.length);
  });

  test("that only differs by a leading zero is another card", () => {
    const cards = createCardTokeniser(KEY);
    expect(cards.tokenise("0411111111111111").token).not.toBe(cards.tokenise("411111111111111").token);
  });
});

test("a key is recognised by a fingerprint that is no token", () => {
  expect(fingerprintOfKey(KEY)).toBe(fingerprintOfKey(Buffer.from(KEY)));
  expect(fingerprintOfKey(KEY)).not.toBe(fingerprintOfKey(OTHER_KEY));
  expect(fingerprintOfKey(KEY)).not.toContain(KEY.toString("hex").slice(0, 8));
});

test("a token is the HMAC-SHA-256 of the digits, first 128 bits, whatever came before it", () => {
  for (const bytes of [32, 64, 65, 100]) {
    const key = Buffer.alloc(bytes, 0xa5);
    const cards = createCardTokeniser(key);
    for (const digits of ["4242424242424242", "378282246310005", "4111111111111111", "411111111111"]) {
      const expected = createHmac("sha256", key).update(digits).digest("hex").slice(0, 32);
      expect(cards.tokenise(digits).token.replaceAll("-", "")).toBe(expected);
    }
  }
});

test("the digits of bytes are those of the number that stands there, and none where another notation is used", () => {
  const texts = fc.oneof(
    writtenCards.map(({ written }) => written),
    fc.stringMatching(/^\d{10,21}$/),
    fc.string({ unit: fc.constantFrom(..."0123456789".split(""), " ", "-"), maxLength: 40 }),
    fc.string({ unit: fc.constantFrom("41", "1", " ", "-", "x", "/", ":", "４", "\0"), maxLength: 30 }),
    fc.nat(30).map((spaces) => `4111${" ".repeat(170 + spaces)}11111111${"-".repeat(spaces)}`),
  );
  fc.assert(
    fc.property(texts, fc.constantFrom("", "1", "7,"), (text, beside) => {
      const bytes = Buffer.from(beside + text + beside);
      const start = beside.length;
      const out = Buffer.alloc(MOST_CARD_DIGITS + 2);
      const length = copyCardDigits(bytes, start, bytes.length - beside.length, out, 1);
      const digits = readCardNumber(text);
      const isPlain = digits !== undefined && /^[0-9 -]+$/.test(text);
      expect(out.toString("latin1", 1, 1 + length)).toBe(isPlain ? digits : "");
      expect([out[0], out.at(-1)]).toEqual([0, 0]);
    }),
    { numRuns: CASES },
  );
});
