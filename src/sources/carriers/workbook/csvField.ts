/** What a line break in a cell is written as, LF, CR or CRLF: Unicode's own character for it. */
export const LINE_BREAK = "\u2028";

const BREAKS = /\r\n|[\r\n]/g;
const NEEDS_CARE = /[",\r\n]/;

/**
 * A cell's text as a field of a CSV record that is one line, so that line N of the text is row N of the sheet: a line
 * break becomes U+2028, which nobody who frames lines takes for an end. Quoted only where a comma or a quote asks for it.
 * White space is no value, so a cell of nothing else is an empty one.
 */
export function csvField(text: string): string {
  if (text.trim() === "") return "";
  if (!NEEDS_CARE.test(text)) return text;
  const line = text.replace(BREAKS, LINE_BREAK);
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}

/** The text that a field was made of, but for its line breaks. */
export function textOfField(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}
