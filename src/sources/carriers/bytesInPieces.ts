const NO_BYTES = Buffer.alloc(0);

/** Bytes that are read one after another, in pieces of the length that is asked for. */
export class BytesInPieces {
  readonly #bytes: AsyncGenerator<Buffer>;
  #read: Buffer = NO_BYTES;

  constructor(bytes: AsyncGenerator<Buffer>) {
    this.#bytes = bytes;
  }

  /** The next bytes, in memory of their own; fewer where there are no more. */
  async take(length: number): Promise<Buffer> {
    const taken: Buffer[] = [];
    let missing = length;
    for (;;) {
      const piece = this.#read.subarray(0, missing);
      this.#read = this.#read.subarray(piece.length);
      missing -= piece.length;
      // The next read uses the memory of this one again.
      taken.push(Buffer.from(piece));
      if (missing === 0) break;
      const next = await this.#bytes.next();
      if (next.done === true) break;
      this.#read = next.value;
    }
    return Buffer.concat(taken);
  }

  /** Ends the reading; none is under way afterwards. */
  async close(): Promise<void> {
    await this.#bytes.return(undefined);
  }
}
