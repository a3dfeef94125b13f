import type { FileHandle } from "node:fs/promises";
import { TillhouseError } from "../lib/errors.ts";
import { identityOf, identityToNote, sameIdentity, type FileIdentity } from "../runs/fileIdentity.ts";
import type { FileText } from "../sources/carriers/openText.ts";
import { readPrefix } from "../sources/readPrefix.ts";
import type { FramedChunk } from "./frameChunks.ts";

/** An open file, as it was before any of what is watched was read of it. */
export interface WatchedFile {
  readonly handle: FileHandle;
  readonly text: FileText;
  readonly identity: FileIdentity;
  /** A moment no later than `identity`. */
  readonly openedAt: Date;
}

/**
 * A file and a chunk that was read of it: the file begins with the text that the chunk's hash is of, and goes on after it
 * if it did so before (`unchanged`); it begins with that text and does go on, of late or as before (`goes on`); it begins
 * with another text, or is shorter (`changed`).
 */
export type Comparison = "unchanged" | "goes on" | "changed";

/**
 * Tells of a file, chunk by chunk, whether it still begins as it was read. Somebody may write to it meanwhile: then a
 * chunk may be half of one content and half of another, and look like neither.
 *
 * As long as nothing about the file has changed, that takes one look at its size and times. When something has, the file
 * is hashed again up to the chunk's end, and where the hash agrees, what it looks like now is what is looked for from
 * then on, so a file that grew once is hashed again once or twice.
 */
export class PrefixWatch {
  readonly #file: WatchedFile;
  readonly #now: () => Date;
  /** Under it the bytes up to the last chunk that was asked about are known to be as they were read. */
  #trusted: FileIdentity;
  /**
   * Where the text begins that was read under `#trusted`. Chunks are read ahead of their turn: what lies before here may
   * have been read, and then overwritten, before `#trusted` was taken. Unknown, and so infinite, until the next read.
   */
  #readSince = 0;

  constructor(file: WatchedFile, now: () => Date) {
    this.#file = file;
    this.#now = now;
    this.#trusted = trustworthy(file.identity, file.openedAt);
  }

  /** The file's text from a position in it to its end. Chunks to ask about are those of this text, which is read once. */
  async *text(from: number): AsyncGenerator<Buffer> {
    let readTo = from;
    for await (const block of this.#file.text.from(from)) {
      readTo += block.length;
      // This block may have been on its way when the identity was taken; the next was not.
      if (this.#readSince === Infinity) this.#readSince = readTo;
      yield block;
    }
  }

  /**
   * How the file was at a moment after the chunk was read. Chunks are asked about in their order, and no more after one
   * that was changed.
   */
  async compare(chunk: Pick<FramedChunk, "startByte" | "endByte" | "sha256">): Promise<Comparison> {
    const { handle, text } = this.#file;
    const now = this.#now();
    const identity = identityOf(await handle.stat({ bigint: true }));
    const isSame = sameIdentity(this.#trusted, identity);
    if (isSame && chunk.startByte >= this.#readSince) return "unchanged";
    // Taken before the file is hashed: what is read from here on is read under the new identity, or a later one.
    if (!isSame) {
      this.#trusted = trustworthy(identity, now);
      this.#readSince = Infinity;
    }
    // An archive that does not even unpack any more is none that was read.
    const prefix = await readPrefix(text.from(0), chunk.endByte, 0).catch(undefinedWhenUnusable);
    if (prefix?.hash.digest("hex") !== chunk.sha256) return "changed";
    return prefix.nextByte === undefined ? "unchanged" : "goes on";
  }
}

function undefinedWhenUnusable(error: unknown): undefined {
  if (!(error instanceof TillhouseError)) throw error;
}

/** The identity, where any later change of the file must show in it; else one that no file has. */
function trustworthy(identity: FileIdentity, takenAfter: Date): FileIdentity {
  return identityToNote(identity, identity, takenAfter);
}
