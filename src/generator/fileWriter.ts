import { open, rename, rm, type FileHandle } from "node:fs/promises";
import path from "node:path";

const BLOCK_BYTES = 1 << 20;
/** No record is longer; what is left of a block below this is not begun. */
const LONGEST_RECORD_BYTES = 2048;

/**
 * Writes a file in two blocks of 1 MB: one is filled while the other is on its way to the disk, and filling waits when
 * both are full. The file has its name only once it is complete, so that a daemon that watches the folder never
 * takes half of it.
 */
export class FileWriter {
  /** Where the next record begins in `block`; callers write there and store the new end back. */
  end = 0;
  block: Uint8Array = new Uint8Array(BLOCK_BYTES);
  bytesWritten = 0;
  #spare: Uint8Array = new Uint8Array(BLOCK_BYTES);
  #pending: Promise<void> = Promise.resolve();
  readonly #handle: FileHandle;
  readonly #partialPath: string;
  readonly #finalPath: string;

  private constructor(handle: FileHandle, partialPath: string, finalPath: string) {
    this.#handle = handle;
    this.#partialPath = partialPath;
    this.#finalPath = finalPath;
  }

  static async create(directory: string, fileName: string): Promise<FileWriter> {
    const partialPath = path.join(directory, `.${fileName}.partial`);
    return new FileWriter(await open(partialPath, "w"), partialPath, path.join(directory, fileName));
  }

  /** Whether `flush` is due before another record is begun. */
  get isFull(): boolean {
    return this.end > BLOCK_BYTES - LONGEST_RECORD_BYTES;
  }

  /** Adds text of at most 2 KB of UTF-8. */
  addText(text: string): void {
    this.end += new TextEncoder().encodeInto(text, this.block.subarray(this.end)).written;
  }

  /** Sends what is there; waits for the block before it, not for this one. */
  async flush(): Promise<void> {
    await this.#pending;
    const full = this.block.subarray(0, this.end);
    this.bytesWritten += this.end;
    [this.block, this.#spare] = [this.#spare, this.block];
    this.end = 0;
    this.#pending = this.#handle.appendFile(full);
    // The error is thrown where `#pending` is awaited; without this it would also be reported as unhandled before.
    this.#pending.catch(() => undefined);
  }

  /** Writes the rest and gives the file its name. */
  async finish(): Promise<void> {
    await this.flush();
    await this.#pending;
    await this.#handle.close();
    await rename(this.#partialPath, this.#finalPath);
  }

  /** Leaves nothing behind; for when generating failed. */
  async abandon(): Promise<void> {
    await this.#pending.catch(() => undefined);
    await this.#handle.close();
    await rm(this.#partialPath, { force: true });
  }
}
