const BLOCK_BYTES = 1 << 18;
/** UTF-8 of one UTF-16 code unit; of a pair it is four. */
const MOST_BYTES_A_UNIT = 3;

/** Text in UTF-8, written piece by piece into blocks that are taken away as they fill. */
export class TextBlocks {
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #length = 0;
  #full: Buffer[] = [];

  byte(value: number): void {
    if (this.#length === BLOCK_BYTES) this.#next();
    this.#block[this.#length] = value;
    this.#length += 1;
  }

  text(text: string): void {
    if (MOST_BYTES_A_UNIT * text.length > BLOCK_BYTES - this.#length) {
      const bytes = Buffer.from(text);
      this.bytes(bytes, 0, bytes.length);
    } else this.#length += this.#block.write(text, this.#length);
  }

  bytes(bytes: Buffer, start: number, end: number): void {
    for (let from = start; from < end;) {
      if (this.#length === BLOCK_BYTES) this.#next();
      const copied = bytes.copy(this.#block, this.#length, from, end);
      from += copied;
      this.#length += copied;
    }
  }

  /** The blocks that have filled since they were asked for; they belong to who asks. */
  takeFull(): Buffer[] {
    const full = this.#full;
    if (full.length > 0) this.#full = [];
    return full;
  }

  /** Those, and what there is of the next. */
  takeAll(): Buffer[] {
    this.#next();
    return this.takeFull().filter((block) => block.length > 0);
  }

  #next(): void {
    this.#full.push(this.#block.subarray(0, this.#length));
    this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#length = 0;
  }
}
