import { isUtf8 } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Encoding } from "../../../src/sources/carriers/encoding.ts";
import { Utf16Transcoder } from "../../../src/sources/utf16.ts";
import { CASES } from "./cases.ts";
import { asText, cutLists, inReads } from "./writtenFiles.ts";

const UTF16 = ["utf-16le", "utf-16be"] as const;
const units = (text: string, encoding: Encoding): Buffer => {
  const little = Buffer.from(text, "utf16le");
  return encoding === "utf-16be" ? little.swap16() : little;
};

describe("UTF-16", () => {
  test("is the same text in UTF-8, wherever reads are cut", () => {
    const texts = fc.string({ unit: fc.oneof(fc.constantFrom("a", "\n", "é", "字", "😀"), fc.string()) });
    fc.assert(
      fc.property(texts, fc.constantFrom(...UTF16), cutLists, (text, encoding, cuts) => {
        // Halves of surrogate pairs are no text.
        const whole = Buffer.from(text).toString();
        const reads = inReads(units(whole, encoding), cuts);
        expect(Buffer.concat(asText(reads, encoding)).toString()).toBe(whole);
      }),
      { numRuns: CASES },
    );
  });

  test("that is none ends in bytes that are no UTF-8 where it is none, wherever reads are cut", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom(...UTF16),
        cutLists,
        (bytes, encoding, cuts) => {
          const buffer = Buffer.from(bytes);
          const whole = Buffer.concat(asText([buffer], encoding));
          expect(Buffer.concat(asText(inReads(buffer, cuts), encoding))).toEqual(whole);
        },
      ),
      { numRuns: CASES },
    );
  });

  test.each(UTF16)("marks a half of a pair that stands alone, and half a unit at the end: %s", (encoding) => {
    const text = (value: string, tail: readonly number[] = []): Buffer => {
      const transcoder = new Utf16Transcoder(encoding);
      const written = transcoder.write(Buffer.concat([units(value, encoding), Buffer.from(tail)]));
      return Buffer.concat([written, transcoder.end()]);
    };
    expect(text("a\ud83db")).toEqual(Buffer.from([0x61, 0xff, 0x62]));
    expect(text("a\ude00b")).toEqual(Buffer.from([0x61, 0xff, 0x62]));
    expect(text("a\ud83d")).toEqual(Buffer.from([0x61, 0xff]));
    expect(text("a", [0x62])).toEqual(Buffer.from([0x61, 0xff]));
    expect(text("a😀")).toEqual(Buffer.from("a😀"));
  });
});

describe("UTF-16 of which a byte is missing or too many", () => {
  test.each(UTF16)("is no text up to the line's end, and text again behind it: %s", (encoding) => {
    const lines = ["1,Tulips", "2,字 Roses", "3,Lilies", "4,😀"];
    for (const lineEnd of ["\n", "\r\n"]) {
      const bytes = units(lines.join(lineEnd), encoding);
      const from = units(lines.slice(0, 1).join(lineEnd) + lineEnd, encoding).length;
      // A letter that is itself no letter any more tells nothing of the line end behind it.
      const to = units(lines.slice(0, 2).join(lineEnd), encoding).length - 2;
      for (let place = from; place < to; place += 1) {
        const without = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1)]);
        const twice = Buffer.concat([bytes.subarray(0, place + 1), bytes.subarray(place)]);
        for (const harmed of [without, twice]) {
          const text = Buffer.concat(asText([harmed], encoding));
          expect(
            Buffer.concat(
              asText(
                inReads(
                  harmed,
                  Array.from(harmed, (_, at) => at),
                ),
                encoding,
              ),
            ),
          ).toEqual(text);
          const read = splitLines(text);
          expect(read).toHaveLength(lines.length);
          expect(isUtf8(Buffer.from(read[1] ?? "", "latin1"))).toBe(false);
          const others = [read[0], read[2], read[3]].map((line) =>
            Buffer.from(line ?? "", "latin1")
              .toString()
              .trimEnd(),
          );
          expect(others).toEqual([lines[0], lines[2], lines[3]]);
        }
      }
    }
  });

  test("is read in one pass, however often it happens", () => {
    const shifted = Buffer.from([0x00, 0x0a, 0x00]);
    const bytes = Buffer.concat(Array.from({ length: 100_000 }, () => shifted));
    expect(Buffer.concat(asText([bytes], "utf-16le")).toString("latin1")).toBe("\xff\n".repeat(100_000));
  });
});

/** Lines of bytes, as Latin-1. */
const splitLines = (text: Buffer): string[] => text.toString("latin1").split("\n");
