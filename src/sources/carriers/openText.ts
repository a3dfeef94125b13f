import type { FileHandle } from "node:fs/promises";
import { TillhouseError } from "../../lib/errors.ts";
import { type ErrorCode } from "../../lib/knownErrors.ts";
import { visible } from "../../lib/visible.ts";
import { CONTRACTS, type SourceName } from "../contracts.ts";
import { fileBytes, READ_BYTES } from "../fileBytes.ts";
import { foreignFormatOf, type ForeignFormat } from "../foreignFormats.ts";
import { bindColumns, sourceOfHeader } from "../header.ts";
import { Unusable, type FormSource, type UnpackLimit } from "./carrier.ts";
import { FORMS, PACKINGS } from "./carriers.ts";
import { counted } from "./counted.ts";
import { csv } from "./csv.ts";
import { encodingOf, inUtf8, type Encoding } from "./encoding.ts";
import { gather } from "./gather.ts";
import { unpackLimit } from "./unpackLimit.ts";

/** A file to read the text of. */
export interface FileOfText {
  /** How it is called in messages. */
  readonly path: string;
  /** What it is to hold; absent where its header is to tell. */
  readonly source?: SourceName;
}

/** What a file may cost. */
export interface TextLimits {
  /** How many times its own bytes an archive may hold. */
  readonly maxUnpackRatio: number;
}

/** How a file is written, for the ledger; what is absent is as in plain CSV. */
export interface WrittenAs {
  readonly encoding: Encoding;
  readonly form?: string;
  readonly packing?: string;
}

/**
 * The text of an open file as UTF-8 CSV, whatever carries it. All that reads a file reads this, so every position in the
 * ledger is one of the text; for plain CSV in UTF-8 that is the file's own.
 */
export interface FileText {
  readonly writtenAs: WrittenAs;
  /** How the text begins: `READ_BYTES` of it at least, or all. */
  readonly beginning: Buffer;
  /** Whether that is all of the text. */
  readonly atEnd: boolean;
  /** What the file seems to be where it is no CSV. */
  readonly foreign: ForeignFormat | undefined;
  /** Whether the header is made of the records: then it takes no line of the file. */
  readonly hasMadeHeader: boolean;
  /**
   * The text from a position in it to its end. What is to be kept of one piece must be copied before the next.
   *
   * @throws TillhouseError `file_unreadable` for a damaged archive, `file_refused` for one that holds too much; behind what
   *   can be read of it
   */
  readonly from: (position: number) => AsyncGenerator<Buffer>;
  /**
   * Reads an archive to its end, before anything of it is loaded: whether it is whole shows there. Leaves other files
   * alone, and off when the signal is aborted.
   *
   * @throws what `from` throws
   */
  readonly checkArchive: (signal: AbortSignal) => Promise<void>;
  /** How many bytes of text follow a position; a guess, but for plain CSV. */
  readonly bytesAfter: (position: number) => number;
  /** How far in the file a position in the text is, by how far it has been read; for a display. */
  readonly bytesInFile: (position: number) => number;
}

/** Of payments; to choose by. */
const BYTES_A_PACKED_BYTE = 8;

/**
 * Finds out what carries an open file, by its first bytes and whatever it is called.
 *
 * @throws TillhouseError `file_unreadable`, `file_refused`, as reading its text does
 */
export async function openText(handle: FileHandle, file: FileOfText, limits: TextLimits): Promise<FileText> {
  const { size } = await handle.stat();
  const first = await beginningOf(fileBytes(handle, 0));
  const packing = PACKINGS.find(({ isBegunBy }) => isBegunBy(first.bytes));
  // How far the furthest reading of the text has come.
  let furthest = { inFile: 0, inText: 0 };
  const newUnpackLimit = (): UnpackLimit => unpackLimit(size, limits.maxUnpackRatio);
  const unpacked = (count: (bytes: number) => void): AsyncGenerator<Buffer> => {
    const read = (from: number): AsyncGenerator<Buffer> => counted(fileBytes(handle, from), count);
    return packing === undefined ? read(0) : counted(packing.unpack(read), newUnpackLimit());
  };
  const named = (text: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> => withPath(text, file.path);

  const content = packing === undefined ? first : await beginningOf(named(unpacked(ignore)));
  const encoding = encodingOf(content.bytes);
  const words = encoding === "utf-8" ? content : await beginningOf(named(inUtf8(unpacked(ignore), encoding)));
  const form =
    FORMS.find(({ isBegunBy }) => isBegunBy(words.bytes.subarray(0, READ_BYTES), words.isAll)) ?? csv;
  const isPlain = packing === undefined && encoding === "utf-8" && form === csv;

  const sourceOf = (count: (bytes: number) => void): FormSource => ({
    bytes: () => inUtf8(unpacked(count), encoding),
    handle: packing === undefined ? handle : undefined,
    count,
    unpackLimit: newUnpackLimit,
    fits: (names) => fits(names, file.source),
  });
  /** What tells at its end whether an archive is whole. */
  const wholeArchive = (): AsyncGenerator<Buffer> | undefined => {
    if (packing !== undefined) return unpacked(ignore);
    return form.isArchive ? form.text(sourceOf(ignore)) : undefined;
  };

  async function* made(position: number): AsyncGenerator<Buffer> {
    const pass = { inFile: 0, inText: 0 };
    const text = form.text(
      sourceOf((bytes) => {
        pass.inFile += bytes;
      }),
    );
    // Where a position of the text lies in the file is known only by reading up to it.
    for await (const block of text) {
      const before = pass.inText;
      pass.inText += block.length;
      if (pass.inText > furthest.inText) furthest = { ...pass };
      if (pass.inText > position) yield block.subarray(Math.max(0, position - before));
    }
    furthest = { ...pass, inFile: size };
  }
  const from = (position: number): AsyncGenerator<Buffer> =>
    isPlain ? fileBytes(handle, position) : named(made(position));

  const beginning = isPlain ? first : await beginningOf(from(0));
  return {
    writtenAs: {
      encoding,
      ...(form !== csv && { form: form.name }),
      ...(packing !== undefined && { packing: packing.name }),
    },
    beginning: beginning.bytes,
    atEnd: beginning.isAll,
    foreign: form === csv ? foreignFormatOf(content.bytes) : undefined,
    hasMadeHeader: form.hasMadeHeader,
    from,
    checkArchive: async (signal) => {
      const whole = wholeArchive();
      if (whole === undefined) return;
      const bytes = named(whole);
      while (!signal.aborted && (await bytes.next()).done !== true);
      await bytes.return(undefined);
    },
    bytesAfter: (position) => {
      const unpackedBytes = packing === undefined ? size : size * BYTES_A_PACKED_BYTE;
      return Math.max(0, Math.round(unpackedBytes * form.usualRatio) - position);
    },
    bytesInFile: (position) => {
      if (isPlain || furthest.inText === 0) return position;
      return Math.min(size, Math.round((position * furthest.inFile) / furthest.inText));
    },
  };
}

/** How bytes begin: at least `READ_BYTES`, or all where there are fewer. */
async function beginningOf(bytes: AsyncGenerator<Buffer>): Promise<{ bytes: Buffer; isAll: boolean }> {
  try {
    return await gather(bytes, READ_BYTES);
  } finally {
    await bytes.return(undefined);
  }
}

function fits(names: readonly string[], source: SourceName | undefined): boolean {
  if (source === undefined) return sourceOfHeader(names) !== undefined;
  return !("refusal" in bindColumns(CONTRACTS[source], names));
}

function ignore(): void {
  // Nobody asks how far that has come.
}

/** The same, saying of what it cannot be read whose fault that is. */
async function* withPath(text: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  try {
    yield* text;
  } catch (error) {
    throw error instanceof Unusable ? asError(error, path) : error;
  }
}

/** Whether an error is of a file that cannot be read, now or ever, as reading its text tells. */
export function isUnreadable(error: unknown): error is TillhouseError {
  return error instanceof TillhouseError && UNREADABLE.has(error.code);
}

const UNREADABLE: ReadonlySet<ErrorCode> = new Set(["file_unreadable", "file_refused"]);

function asError(error: Unusable, path: string): TillhouseError {
  const { kind, message: reason } = error;
  const details = { path, reason };
  if (kind === "refused")
    return new TillhouseError("file_refused", `${visible(path)}: refused, ${reason}.`, details, error);
  return new TillhouseError(
    "file_unreadable",
    `${visible(path)}: cannot be read: ${reason}. What was committed of it stands; the next run tries again.`,
    details,
    error,
  );
}
