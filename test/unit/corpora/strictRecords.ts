/**
 * A second reader of delimited text, to judge the first by: it shares no line with it, cares for nothing but being
 * plainly right, and takes its time.
 */

/** A piece of a text as the rules have it: a record's fields, or one line that is no record. */
export interface StrictPiece {
  /** Physical line on which it starts, from 1. */
  readonly line: number;
  /** Null for a line that is broken by its quotes, or a record that is not UTF-8. */
  readonly fields: readonly string[] | null;
  readonly wrong: "quotes" | "encoding" | "a record in quotes" | null;
  /** The last one of the text, without a line end. */
  readonly isUnended: boolean;
  /** The last byte, as a character. */
  readonly lastCharacter: string;
}

export interface StrictText {
  readonly header: readonly string[] | null;
  readonly pieces: readonly StrictPiece[];
}

/** Bytes are characters here, so that positions are those of bytes. */
type Latin1 = string;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8Of = (bytes: Latin1): string => UTF8.decode(Buffer.from(bytes, "latin1"));

const LINE_END = /\r\n|\r|\n/;
const NO_PIECE = { fields: null, isUnended: false, lastCharacter: "" };

/** Reads header and records of a UTF-8 text, whatever its quotes are like. */
export function readStrictly(text: Buffer, delimiter: string): StrictText {
  const all: Latin1 = text.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "");
  const blank = delimiter === "\t" ? /^ *$/ : /^[ \t]*$/;
  const pieces: StrictPiece[] = [];
  let header: readonly string[] = [];
  let position = 0;
  let line = 1;
  while (position < all.length) {
    const written = lineAt(all, position);
    const record = blank.test(written) ? null : recordOver(all, position, delimiter, header.length);
    const whole = record === null ? written : all.slice(position, record.end);
    const isUnended = position + whole.length === all.length;
    if (blank.test(written)) {
      // No record, wherever it stands.
    } else if (header.length === 0) {
      if (record === null) return { header: null, pieces };
      // Not strictly: a name that is no text is no name that anybody asked for.
      header = record.fields.map((field) => Buffer.from(field, "latin1").toString("utf8"));
      if (isUnended) return { header, pieces };
    } else if (record !== null && holdsStrictRecord(whole, delimiter, header.length)) {
      for (const [index, one] of whole.split(LINE_END).entries()) {
        if (one !== "") pieces.push({ ...NO_PIECE, line: line + index, wrong: "a record in quotes" });
      }
    } else {
      const wrong = record === null ? "quotes" : isUtf8(whole) ? null : "encoding";
      const fields = wrong === null ? (record?.fields.map(utf8Of) ?? null) : null;
      pieces.push({ line, fields, wrong, isUnended, lastCharacter: whole.slice(-1) });
    }
    position = behindLineEnd(all, position + whole.length);
    line += linesIn(whole);
  }
  return { header: header.length === 0 ? null : header, pieces };
}

function lineAt(all: Latin1, position: number): Latin1 {
  const line = /[^\r\n]*/y;
  line.lastIndex = position;
  return line.exec(all)?.[0] ?? "";
}

interface WrittenRecord {
  readonly fields: readonly Latin1[];
  /** Byte after it, its line end left out. */
  readonly end: number;
}

/** A record; over several lines only with as many fields as the header, or as the header itself, of width 0. */
function recordOver(all: Latin1, position: number, delimiter: string, width: number): WrittenRecord | null {
  const record = recordAt(all, position, delimiter);
  if (record === null || width === 0 || record.fields.length === width) return record;
  return linesIn(all.slice(position, record.end)) === 1 ? record : null;
}

/** How many lines a text stands on. */
export function linesIn(text: string): number {
  return text.split(LINE_END).length;
}

/** Whether a line of a record but its first would be a record too: then nobody can tell what its quotes mean. */
export function holdsStrictRecord(record: Latin1, delimiter: string, width: number): boolean {
  const [, ...others] = record.split(LINE_END);
  return others.some((line) => {
    const alone = recordAt(line, 0, delimiter);
    return width > 1 && alone?.fields.length === width && alone.end === line.length;
  });
}

/** What a field looks like, by delimiter. */
const patterns = new Map<string, { inQuotes: RegExp; withoutQuotes: RegExp }>();

function fieldsBetween(delimiter: string) {
  const mark = delimiter === "|" ? "\\|" : delimiter;
  const space = delimiter === "\t" ? " *" : "[ \\t]*";
  const behind = `(?=[${mark}\\r\\n]|$)`;
  const fields = patterns.get(delimiter) ?? {
    inQuotes: new RegExp(`${space}"((?:[^"]|"")*)"${space}${behind}`, "y"),
    withoutQuotes: new RegExp(`([^"${mark}\\r\\n]*)${behind}`, "y"),
  };
  patterns.set(delimiter, fields);
  return fields;
}

/** One record from a position on, by the letter: a field is without quotes, or wholly in them. */
function recordAt(all: Latin1, from: number, delimiter: string): WrittenRecord | null {
  const { inQuotes, withoutQuotes } = fieldsBetween(delimiter);
  const fields: Latin1[] = [];
  let position = from;
  for (;;) {
    inQuotes.lastIndex = position;
    withoutQuotes.lastIndex = position;
    const quoted = inQuotes.exec(all);
    const found = quoted ?? withoutQuotes.exec(all);
    if (found === null) return null;
    const [, written = ""] = found;
    fields.push(quoted === null ? written : written.replaceAll('""', '"'));
    position += found[0].length;
    if (all[position] !== delimiter) return { fields, end: position };
    position += 1;
  }
}

function behindLineEnd(all: Latin1, position: number): number {
  return position + (all.startsWith("\r\n", position) ? 2 : 1);
}

function isUtf8(bytes: Latin1): boolean {
  try {
    utf8Of(bytes);
    return true;
  } catch {
    return false;
  }
}
