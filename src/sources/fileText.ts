import type { FileHandle } from "node:fs/promises";
import { fileBytes, READ_BYTES } from "./fileBytes.ts";
import { foreignFormatOf, type ForeignFormat } from "./foreignFormats.ts";
import { Utf16Transcoder } from "./utf16.ts";

/** How a file's characters are written; told by its byte order mark, UTF-8 without one. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** The encoding that the first bytes of a file tell. */
export function encodingOf(beginning: Uint8Array): Encoding {
  const [first, second] = beginning;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/**
 * The text of an open file as UTF-8, from a position in that text to its end. All that reads a file reads this, so
 * every position in the ledger is one of the text; for UTF-8 that is the file's own. What is to be kept of one piece
 * must be copied before the next.
 */
export async function* fileText(file: FileHandle, encoding: Encoding, from: number): AsyncGenerator<Buffer> {
  if (encoding === "utf-8") {
    yield* fileBytes(file, from);
    return;
  }
  // Where a position of the text lies in the file is known only by reading up to it.
  let before = from;
  for await (const text of transcoded(fileBytes(file, 0), encoding)) {
    if (text.length > before) yield text.subarray(before);
    before = Math.max(0, before - text.length);
  }
}

async function* transcoded(
  bytes: AsyncIterable<Buffer>,
  encoding: "utf-16le" | "utf-16be",
): AsyncGenerator<Buffer> {
  const transcoder = new Utf16Transcoder(encoding);
  for await (const read of bytes) yield transcoder.write(read);
  yield transcoder.end();
}

/** The beginning of a file's text: of its first `READ_BYTES`. */
export interface Beginning {
  readonly encoding: Encoding;
  readonly bytes: Buffer;
  /** Whether that is all of the file. */
  readonly atEnd: boolean;
  /** What the file seems to be where it is no CSV. */
  readonly foreign: ForeignFormat | undefined;
}

/** How the text of an open file begins. */
export async function beginningOf(file: FileHandle): Promise<Beginning> {
  const first = await fileBytes(file, 0).next();
  const bytes = first.done === true ? Buffer.alloc(0) : first.value;
  const atEnd = bytes.length < READ_BYTES;
  const encoding = encodingOf(bytes);
  const foreign = foreignFormatOf(bytes);
  if (encoding === "utf-8") return { encoding, bytes, atEnd, foreign };
  const transcoder = new Utf16Transcoder(encoding);
  const text = transcoder.write(bytes);
  return { encoding, bytes: atEnd ? Buffer.concat([text, transcoder.end()]) : text, atEnd, foreign };
}
