/** Stands for what is no character: the byte is in no UTF-8 text, so the record around it is rejected, not altered. */
const NOT_A_CHARACTER = Buffer.from([0xff]);
/** Halves of a surrogate pair that lack the other half; with the `u` flag, whole pairs are not matched. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/**
 * UTF-16 to UTF-8, read by read. A code unit or a surrogate pair that a read cuts is kept for the next one, so the
 * bytes that come out do not depend on where reads end.
 */
export class Utf16Transcoder {
  readonly #bigEndian: boolean;
  /** At most a high surrogate and half a code unit. */
  #kept: Buffer = Buffer.alloc(0);

  constructor(byteOrder: "utf-16le" | "utf-16be") {
    this.#bigEndian = byteOrder === "utf-16be";
  }

  write(read: Buffer): Buffer {
    const bytes = this.#kept.length === 0 ? read : Buffer.concat([this.#kept, read]);
    let whole = bytes.length - (bytes.length % 2);
    if (whole > 0 && this.#isHighSurrogate(bytes, whole - 2)) whole -= 2;
    this.#kept = Buffer.from(bytes.subarray(whole));
    return this.#toUtf8(bytes.subarray(0, whole));
  }

  /** What is left when the file ends: inside a character, or nothing. */
  end(): Buffer {
    return this.#kept.length === 0 ? this.#kept : NOT_A_CHARACTER;
  }

  #isHighSurrogate(bytes: Buffer, position: number): boolean {
    const unit = this.#bigEndian ? bytes.readUInt16BE(position) : bytes.readUInt16LE(position);
    return unit >= 0xd800 && unit <= 0xdbff;
  }

  #toUtf8(units: Buffer): Buffer {
    const text = (this.#bigEndian ? Buffer.from(units).swap16() : units).toString("utf16le");
    if (!LONE_SURROGATE.test(text)) return Buffer.from(text, "utf8");
    const between = text.split(LONE_SURROGATE).map((part) => Buffer.from(part, "utf8"));
    return Buffer.concat(between.flatMap((part, index) => (index === 0 ? [part] : [NOT_A_CHARACTER, part])));
  }
}
