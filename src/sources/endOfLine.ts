const LF = 0x0a;
const CR = 0x0d;

/** The physical line at `start`; undefined when its end may still come, as the LF of a CRLF may. */
export function endOfLine(
  buffer: Buffer,
  start: number,
  atEnd: boolean,
): { end: number; next: number } | undefined {
  // Byte by byte: `indexOf` would run through the whole buffer for the kind of line end that the file does not use.
  for (let end = start; end < buffer.length; end += 1) {
    const byte = buffer[end];
    if (byte === LF) return { end, next: end + 1 };
    if (byte !== CR) continue;
    if (end + 1 === buffer.length && !atEnd) return undefined;
    return { end, next: end + (buffer[end + 1] === LF ? 2 : 1) };
  }
  return atEnd ? { end: buffer.length, next: buffer.length } : undefined;
}
