/** Stands for what is no character: the byte is in no UTF-8 text, so the record around it is rejected, not altered. */
const NOT_A_CHARACTER = Buffer.from([0xff]);
/** Halves of a surrogate pair that lack the other half; with the `u` flag, whole pairs are not matched. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;
/**
 * Where a byte is missing or too many, all after it is read half a character off, and an LF between Latin letters as
 * U+0A00, which is no character of any script. Unheeded, one lost byte would make one line of the rest of the file.
 */
const SHIFTED_LF = { little: Buffer.from([0x00, 0x0a]), big: Buffer.from([0x0a, 0x00]) };
const LINE_THAT_IS_NO_TEXT = Buffer.from([0xff, 0x0a]);

/**
 * UTF-16 to UTF-8, read by read. A code unit or a surrogate pair that a read cuts is kept for the next one, so the
 * bytes that come out do not depend on where reads end.
 */
export class Utf16Transcoder {
  readonly #bigEndian: boolean;
  /** At most a high surrogate and half a code unit. */
  #kept: Buffer = Buffer.alloc(0);
  /** The next byte is the second of an LF that has been told. */
  #isInLf = false;

  constructor(byteOrder: "utf-16le" | "utf-16be") {
    this.#bigEndian = byteOrder === "utf-16be";
  }

  write(read: Buffer): Buffer {
    const bytes = this.#kept.length === 0 ? read : Buffer.concat([this.#kept, read]);
    const pieces: Buffer[] = [];
    let position = this.#behindLf(bytes, 0);
    for (;;) {
      const shifted = this.#shiftedLf(bytes, position);
      if (shifted === -1) break;
      pieces.push(this.#toUtf8(bytes.subarray(position, shifted)), LINE_THAT_IS_NO_TEXT);
      // The LF's own byte is the first of the two in UTF-16BE, else the second, with one more of its own behind it.
      this.#isInLf = !this.#bigEndian;
      position = this.#behindLf(bytes, shifted + (this.#bigEndian ? 1 : 2));
    }
    let end = bytes.length - ((bytes.length - position) % 2);
    if (end > position && this.#isHighSurrogate(bytes, end - 2)) end -= 2;
    this.#kept = Buffer.from(bytes.subarray(end));
    const last = this.#toUtf8(bytes.subarray(position, end));
    return pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
  }

  /** What is left when the file ends: inside a character, or nothing. */
  end(): Buffer {
    return this.#kept.length === 0 ? this.#kept : NOT_A_CHARACTER;
  }

  /** Where to go on: past the rest of an LF that has been told, as soon as it is there. */
  #behindLf(bytes: Buffer, position: number): number {
    if (!this.#isInLf || position === bytes.length) return position;
    this.#isInLf = false;
    return position + 1;
  }

  /** The next LF that is half a character off; -1 where there is none. */
  #shiftedLf(bytes: Buffer, from: number): number {
    const lf = this.#bigEndian ? SHIFTED_LF.big : SHIFTED_LF.little;
    let found = bytes.indexOf(lf, from);
    // Between two characters the same bytes are a letter's and a good LF's.
    while (found !== -1 && (found - from) % 2 !== 0) found = bytes.indexOf(lf, found + 1);
    return found;
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
