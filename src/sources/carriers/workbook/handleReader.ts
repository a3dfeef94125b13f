import type { FileHandle } from "node:fs/promises";
import { RandomAccessReader } from "yauzl";

/** Lets yauzl read an open file where it asks. The file stays its opener's to close. */
export class HandleReader extends RandomAccessReader {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#handle.read(buffer, offset, length, position).then(
      ({ bytesRead }) => {
        callback(null, bytesRead);
      },
      (error: unknown) => {
        callback(error as Error);
      },
    );
  }
}
