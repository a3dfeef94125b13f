import { isUtf8 } from "node:buffer";
import { WorkbookRefusal } from "./refusal.ts";

/** The references that XML knows without a document type definition, which no workbook has. */
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const REFERENCE = /&(?:#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))|([a-z]{2,4}));|&/g;
const LAST_CODE_POINT = 0x10ffff;

const AMPERSAND = 0x26;
const FIRST_BEYOND_ASCII = 0x80;

/** What stands between tags, or in an attribute, as text. */
export function xmlText(bytes: Buffer, start: number, end: number, what: string): string {
  if (isPlain(bytes, start, end)) return bytes.toString("latin1", start, end);
  return textOf(bytes, start, end, what).replace(REFERENCE, (_, hexadecimal, decimal, name) => {
    const character = typeof name === "string" ? NAMED[name] : characterOf(hexadecimal, decimal);
    if (character === undefined) throw new WorkbookRefusal(`${what} is no well-formed XML`);
    return character;
  });
}

/** Whether all of it is ASCII that stands for itself, as nearly everything in a sheet is. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let position = start; position < end; position += 1) {
    const byte = bytes[position] ?? 0;
    if (byte === AMPERSAND || byte >= FIRST_BEYOND_ASCII) return false;
  }
  return true;
}

/** The same of a CDATA section, in which everything stands for itself. */
export function literalText(bytes: Buffer, start: number, end: number, what: string): string {
  return textOf(bytes, start, end, what);
}

function textOf(bytes: Buffer, start: number, end: number, what: string): string {
  const run = bytes.subarray(start, end);
  if (!isUtf8(run)) throw new WorkbookRefusal(`${what} is not written in UTF-8`);
  return run.toString("utf8");
}

function characterOf(hexadecimal: unknown, decimal: unknown): string | undefined {
  if (typeof hexadecimal !== "string" && typeof decimal !== "string") return undefined;
  const point = typeof hexadecimal === "string" ? Number.parseInt(hexadecimal, 16) : Number(decimal);
  const isCharacter = point > 0 && point <= LAST_CODE_POINT && (point < 0xd800 || point > 0xdfff);
  return isCharacter ? String.fromCodePoint(point) : undefined;
}

const ESCAPED = /_x([0-9a-fA-F]{4})_/g;

/**
 * A string as SpreadsheetML means it: what XML cannot hold stands as `_x000D_`, and what only looks so as `_x005F_x000D_`
 * (ECMA-376 part 1, 22.9.2.19, ST_Xstring). Half of a character is left as it stands.
 */
export function unescapedString(text: string): string {
  if (!text.includes("_x")) return text;
  const unescaped = text.replace(ESCAPED, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));
  return unescaped.isWellFormed() ? unescaped : text;
}
