import { Utf16Transcoder } from "../utf16.ts";

/** How a file's characters are written; told by its byte order mark, UTF-8 without one. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** The encoding that the first bytes of a file tell. */
export function encodingOf(beginning: Uint8Array): Encoding {
  const [first, second] = beginning;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** Bytes as UTF-8. */
export async function* inUtf8(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  if (encoding === "utf-8") {
    yield* bytes;
    return;
  }
  const transcoder = new Utf16Transcoder(encoding);
  for await (const read of bytes) yield transcoder.write(read);
  yield transcoder.end();
}
