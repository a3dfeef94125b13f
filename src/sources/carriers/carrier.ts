import type { FileHandle } from "node:fs/promises";

/**
 * What files come in. A packing is what bytes are compressed with; a form is how the records are written in them. What is
 * made of a file is its text, as UTF-8 CSV, and hangs on nothing but the file's bytes: every position, line and digest of
 * the ledger is one of that text.
 */

/** The bytes of a file from a position to its end. What is to be kept of one piece must be copied before the next. */
export type BytesFrom = (position: number) => AsyncGenerator<Buffer>;

/** What a file is compressed with, all of it. */
export interface Packing {
  /** As the ledger has it. */
  readonly name: string;
  /** Of the names of such files. */
  readonly ending: string;
  /** Whether a file that begins so is one. */
  readonly isBegunBy: (beginning: Buffer) => boolean;
  /**
   * What is packed, from its start, in pieces of bounded size, none before it is asked for.
   *
   * @throws Unusable `damaged` for anything but a whole archive, behind what can be read of it; `refused` for one that
   *   takes more memory than a file may
   */
  readonly unpack: (packed: BytesFrom) => AsyncGenerator<Buffer>;
}

/**
 * Is told how many bytes more there are of what is made of a file.
 *
 * @throws Unusable `refused` where they are more than a file of its size may hold
 */
export type UnpackLimit = (bytes: number) => void;

/** What a form makes its text of. */
export interface FormSource {
  /** All bytes, unpacked, as UTF-8 where they are text; each call reads them from their start. */
  readonly bytes: () => AsyncGenerator<Buffer>;
  /** The file, for a form that has to be read here and there; undefined within an archive, which cannot be. */
  readonly handle: FileHandle | undefined;
  /** To be told how many bytes of the file were read, by a form that reads it itself; for a display. */
  readonly count: (bytes: number) => void;
  /** Begins to count what a form unpacks, or makes, itself. */
  readonly unpackLimit: () => UnpackLimit;
  /** Whether a header is one that the file is to have: of its source, or of any where that is not known yet. */
  readonly fits: (names: readonly string[]) => boolean;
}

/** How records are written. */
export interface Form {
  /** As the ledger has it. */
  readonly name: string;
  /** Of the names of such files, before that of a packing. */
  readonly endings: readonly string[];
  /** Whether the header is made of the records: then it takes no line of the file. */
  readonly hasMadeHeader: boolean;
  /** Whether it is an archive itself: then its text is read to its end before anything of it is loaded. */
  readonly isArchive: boolean;
  /** How many bytes of text a byte of such a file mostly makes; to choose by. */
  readonly usualRatio: number;
  /** Whether a file whose text begins so is one. `beginning` holds up to `READ_BYTES`, unpacked, as UTF-8. */
  readonly isBegunBy: (beginning: Buffer, atEnd: boolean) => boolean;
  /**
   * The text, from its start: a header, then a line for each line of the file, so that lines are the file's own.
   *
   * @throws Unusable
   */
  readonly text: (source: FormSource) => AsyncGenerator<Buffer>;
}

/**
 * Why a file cannot be read, as a clause: `damaged`, so that a whole copy of it may come; or `refused`, whatever becomes of
 * it. A carrier knows no path; whoever opened the file says it.
 */
export class Unusable extends Error {
  readonly kind: "damaged" | "refused";

  constructor(kind: "damaged" | "refused", reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}
