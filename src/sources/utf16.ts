/** Stands for what is no character: the byte is in no UTF-8 text, so the record around it is rejected, not altered. */
const NOT_A_CHARACTER = 0xff;
/** Halves of surrogate pairs. A character that is told by a pair lies above `LAST_UNIT`. */
const FIRST_HALF = 0xd800;
const LAST_HALF = 0xdfff;
const LAST_UNIT = 0xffff;
/** UTF-8 of one code unit; of a pair it is four. */
const MOST_BYTES_A_UNIT = 3;

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
    return this.#kept.length === 0 ? this.#kept : Buffer.of(NOT_A_CHARACTER);
  }

  #isHighSurrogate(bytes: Buffer, position: number): boolean {
    const unit = this.#bigEndian ? bytes.readUInt16BE(position) : bytes.readUInt16LE(position);
    return unit >= 0xd800 && unit <= 0xdbff;
  }

  #toUtf8(units: Buffer): Buffer {
    const text = (this.#bigEndian ? Buffer.from(units).swap16() : units).toString("utf16le");
    return text.isWellFormed() ? Buffer.from(text, "utf8") : withMarks(text);
  }
}

/** In one pass: a text that is nothing but halves of pairs is as long in marks as it was in them. */
function withMarks(text: string): Buffer {
  const marked = Buffer.allocUnsafe(MOST_BYTES_A_UNIT * text.length);
  let length = 0;
  // Where what has not been written yet begins.
  let from = 0;
  for (let index = 0; index < text.length; index += 1) {
    const point = text.codePointAt(index) ?? 0;
    if (point > LAST_UNIT) index += 1;
    if (point < FIRST_HALF || point > LAST_HALF) continue;
    if (index > from) length += marked.write(text.slice(from, index), length, "utf8");
    marked[length] = NOT_A_CHARACTER;
    length += 1;
    from = index + 1;
  }
  length += marked.write(text.slice(from), length, "utf8");
  return marked.subarray(0, length);
}
