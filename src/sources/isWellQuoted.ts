const QUOTE = 0x22;

/**
 * Whether every quote of a line opens a field right at its start, closes it right at its end, or is doubled in between.
 * Only quotes are looked at: where they are so, all else of the line is text. A line may be a good record without it,
 * with spaces around its quotes or line ends inside them.
 *
 * @param start first byte of the line
 * @param opening its first quote
 * @param end byte after the line, its line end left out
 */
export function isWellQuoted(
  buffer: Buffer,
  start: number,
  opening: number,
  end: number,
  delimiter: number,
): boolean {
  let quote = opening;
  while (quote < end) {
    if (quote > start && buffer[quote - 1] !== delimiter) return false;
    let closing = quote + 1;
    for (;;) {
      while (closing < end && buffer[closing] !== QUOTE) closing += 1;
      if (closing >= end) return false;
      if (closing + 1 === end || buffer[closing + 1] === delimiter) break;
      if (buffer[closing + 1] !== QUOTE) return false;
      closing += 2;
    }
    quote = closing + 1;
    while (quote < end && buffer[quote] !== QUOTE) quote += 1;
  }
  return true;
}
