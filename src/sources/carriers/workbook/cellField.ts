import { csvField } from "../../../lib/csvText.ts";

const LINE_BREAK = /[\r\n]/;

/** A cell's text as a field of a CSV record. White space is no value, so a cell of nothing else is an empty one. */
export function cellField(text: string): string {
  return text.trim() === "" ? "" : csvField(text);
}

/** The text that a field was made of. */
export function textOfField(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}

/** Whether a field would take more than one line; then it is quoted. */
export function holdsLineBreak(field: string): boolean {
  return field.startsWith('"') && LINE_BREAK.test(field);
}
