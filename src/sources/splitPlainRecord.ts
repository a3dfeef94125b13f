const QUOTE = 0x22;

/** What `splitPlainRecord` answers for a record that it leaves to fast-csv. */
export const NOT_PLAIN = -1;
/** What it answers for a record of more fields than there is room for, whatever the rest of it holds. */
export const TOO_MANY_FIELDS = -2;

/**
 * Takes an ordinary framed record apart where it stands, in one pass over its bytes: fields without quotes, or wholly
 * quoted ones. Anything else is for fast-csv; where this reads a record, both read the same.
 *
 * Field `i` is the bytes from `bounds[2 * i]` to `bounds[2 * i + 1]`, its quotes left out. Quotes inside a quoted field
 * still stand doubled there: `plainText` reads them.
 *
 * @param end byte after the record, its line end left out
 * @param bounds receives two numbers a field
 * @returns the number of fields, `NOT_PLAIN` or `TOO_MANY_FIELDS`
 */
export function splitPlainRecord(
  buffer: Uint8Array,
  start: number,
  end: number,
  delimiter: number,
  bounds: Int32Array,
): number {
  const most = bounds.length;
  let position = start;
  let slot = 0;
  for (;;) {
    if (slot >= most) return TOO_MANY_FIELDS;
    if (position < end && buffer[position] === QUOTE) {
      position += 1;
      bounds[slot] = position;
      for (; ; position += 2) {
        while (position < end && buffer[position] !== QUOTE) position += 1;
        if (position >= end) return NOT_PLAIN;
        if (position + 1 >= end || buffer[position + 1] !== QUOTE) break;
      }
      bounds[slot + 1] = position;
      position += 1;
      if (position < end && buffer[position] !== delimiter) return NOT_PLAIN;
    } else {
      bounds[slot] = position;
      while (position < end) {
        const byte = buffer[position];
        if (byte === delimiter) break;
        if (byte === QUOTE) return NOT_PLAIN;
        position += 1;
      }
      bounds[slot + 1] = position;
    }
    slot += 2;
    if (position >= end) return slot >> 1;
    position += 1;
  }
}

/** The text of a field that `splitPlainRecord` found, which is valid UTF-8. */
export function plainText(buffer: Buffer, start: number, end: number): string {
  const text = buffer.toString("utf8", start, end);
  // A quoted field is the only one that holds quotes, and all of its own are doubled.
  return text.includes('""') ? text.replaceAll('""', '"') : text;
}
