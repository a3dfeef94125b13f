const ROWS_A_BLOCK = 512;

/** Rows of COPY text as a few buffers: outside the heap, where a chunk of strings would weigh on every collection. */
export class CopyRows {
  count = 0;
  readonly #blocks: Buffer[] = [];
  #rows: string[] = [];

  add(row: string): void {
    this.count += 1;
    this.#rows.push(row);
    if (this.#rows.length === ROWS_A_BLOCK) this.#flush();
  }

  finish(): readonly Buffer[] {
    if (this.#rows.length > 0) this.#flush();
    return this.#blocks;
  }

  #flush(): void {
    this.#blocks.push(Buffer.from(this.#rows.join(""), "utf8"));
    this.#rows = [];
  }
}
