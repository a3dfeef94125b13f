/** Stands for what is no character: the byte is in no UTF-8 text, so the record around it is rejected, not altered. */
const NOT_A_CHARACTER = 0xff;
/** Halves of surrogate pairs. A character that is told by a pair lies above `LAST_UNIT`. */
const FIRST_HALF = 0xd800;
const LAST_HALF = 0xdfff;
const LAST_UNIT = 0xffff;
/** UTF-8 of one code unit; of a pair it is four. */
const MOST_BYTES_A_UNIT = 3;

/**
 * Where a byte is missing or too many, all after it is read half a character off, and an LF between Latin letters as
 * U+0A00, which is no character of any script. Unheeded, one lost byte would make one line of the rest of the file.
 */
const SHIFTED_LF = "\u0a00";
/** What it is read as: a half of a pair, which is no text, and an LF. */
const LINE_THAT_IS_NO_TEXT = "\ud800\n";

/**
 * UTF-16 to UTF-8, read by read. A code unit or a surrogate pair that a read cuts is kept for the next one, so the
 * bytes that come out do not depend on where reads end.
 */
export class Utf16Transcoder {
  readonly #bigEndian: boolean;
  readonly #shiftedLf: Buffer;
  readonly #lineThatIsNoText: Buffer;
  /** At most a high surrogate and half a code unit. */
  #kept: Buffer = Buffer.alloc(0);
  /** The next byte is the second of an LF that has been told. */
  #isInLf = false;

  constructor(byteOrder: "utf-16le" | "utf-16be") {
    this.#bigEndian = byteOrder === "utf-16be";
    this.#shiftedLf = this.#unitsOf(SHIFTED_LF);
    this.#lineThatIsNoText = this.#unitsOf(LINE_THAT_IS_NO_TEXT);
  }

  write(read: Buffer): Buffer {
    const bytes = this.#behindLf(this.#kept.length === 0 ? read : Buffer.concat([this.#kept, read]));
    const text = this.#wholeCharacters(bytes);
    const isShifted = text.includes(SHIFTED_LF);
    return toUtf8(isShifted ? this.#wholeCharacters(this.#realigned(bytes)) : text);
  }

  /** What is left when the file ends: inside a character, or nothing. */
  end(): Buffer {
    return this.#kept.length === 0 ? this.#kept : Buffer.of(NOT_A_CHARACTER);
  }

  /** What follows the rest of an LF that has been told, as soon as it is there. */
  #behindLf(bytes: Buffer): Buffer {
    if (!this.#isInLf || bytes.length === 0) return bytes;
    this.#isInLf = false;
    return bytes.subarray(1);
  }

  /** Text of these bytes but for a character at their end that may not be whole; that is kept. */
  #wholeCharacters(bytes: Buffer): string {
    let whole = bytes.length - (bytes.length % 2);
    if (whole > 0 && this.#isHighSurrogate(bytes, whole - 2)) whole -= 2;
    this.#kept = Buffer.from(bytes.subarray(whole));
    const units = bytes.subarray(0, whole);
    return (this.#bigEndian ? Buffer.from(units).swap16() : units).toString("utf16le");
  }

  /** The bytes with a line's end for each that is half a character off, and whole characters behind it; in one pass. */
  #realigned(bytes: Buffer): Buffer {
    const [first, second] = this.#shiftedLf;
    // An LF becomes four bytes. In UTF-16BE its second byte is also the first of what is behind it, which is no such LF.
    const realigned = Buffer.allocUnsafe(2 * bytes.length + 1);
    let length = 0;
    let position = 0;
    while (position + 1 < bytes.length) {
      if (bytes[position] === first && bytes[position + 1] === second) {
        length += this.#lineThatIsNoText.copy(realigned, length);
        // The LF's own byte is the first of the two in UTF-16BE, else the second, with one more of its own behind it.
        position += this.#bigEndian ? 1 : 3;
      } else {
        length += bytes.copy(realigned, length, position, position + 2);
        position += 2;
      }
    }
    this.#isInLf = position > bytes.length;
    length += bytes.copy(realigned, length, Math.min(position, bytes.length));
    return realigned.subarray(0, length);
  }

  #isHighSurrogate(bytes: Buffer, position: number): boolean {
    const unit = this.#bigEndian ? bytes.readUInt16BE(position) : bytes.readUInt16LE(position);
    return unit >= 0xd800 && unit <= 0xdbff;
  }

  #unitsOf(text: string): Buffer {
    const units = Buffer.from(text, "utf16le");
    return this.#bigEndian ? units.swap16() : units;
  }
}

function toUtf8(text: string): Buffer {
  return text.isWellFormed() ? Buffer.from(text, "utf8") : withMarks(text);
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
