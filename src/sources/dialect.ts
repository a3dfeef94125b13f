import { COLUMN_NAMES } from "./contracts.ts";
import { FRAMED_WELL } from "./frameList.ts";
import { frameRecords } from "./frameRecords.ts";
import { normaliseColumnName } from "./header.ts";
import { parseFramedText } from "./parseFramedText.ts";

/** How a file is written. */
export interface Dialect {
  /** What stands between fields. */
  readonly delimiter: Delimiter;
  /** Header names in their order, as written. */
  readonly header: readonly string[];
  /** Bytes up to the first record: byte order mark and header. */
  readonly headerBytes: number;
  /** Physical lines of the header, blank ones before it among them. */
  readonly headerLines: number;
}

/** Why a file cannot be read, in words that follow its name. */
export interface HeaderRefusal {
  readonly refusal: string;
  /** The file has no line with anything on it. */
  readonly isEmpty: boolean;
}

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** A header as a delimiter has it. */
interface FramedHeader extends FirstRecord {
  readonly delimiter: Delimiter;
  /** Names that some contract knows. */
  readonly known: number;
  readonly fields: number;
}

/**
 * The header by the delimiter that parts it into most names that some contract knows; among equals the one that stands
 * there most often outside quotes, and a comma where none does. A column that nobody asked for may have any of them in
 * its name, so counting alone can be led astray. Where a header ends depends on the delimiter as well: a name may run
 * over lines, in quotes that open only behind the right one.
 */
function sniffHeader(text: Buffer, atEnd: boolean): FramedHeader | undefined {
  let best: FramedHeader | undefined;
  for (const delimiter of DELIMITERS) {
    const framed = firstRecord(text, atEnd, delimiter);
    if (framed?.isWellFormed !== true) continue;
    const names = namesOf(text.toString("utf8", framed.start, framed.end), delimiter);
    const known = new Set(names.map(normaliseColumnName).filter((name) => COLUMN_NAMES.has(name))).size;
    const fields = names.length;
    const isBetter = best === undefined || (known === best.known ? fields > best.fields : known > best.known);
    if (isBetter) best = { ...framed, delimiter, known, fields };
  }
  return best;
}

/** Names between delimiters, roughly: what stands in quotes has lost its delimiters. */
function namesOf(headerText: string, delimiter: Delimiter): string[] {
  return headerText
    .replace(/"((?:[^"]|"")*)"/g, (_, quoted: string) => quoted.replace(/[,;\t|]/g, "\0"))
    .split(delimiter);
}

/**
 * Reads byte order mark, delimiter and header from the beginning of a file.
 *
 * @param beginning the first bytes of the text, enough to hold the header
 * @param atEnd whether that is all of the file
 */
export async function readDialect(beginning: Buffer, atEnd: boolean): Promise<Dialect | HeaderRefusal> {
  const bom = beginning.subarray(0, 3).equals(UTF8_BOM) ? 3 : 0;
  const text = beginning.subarray(bom);
  // Whether a line has anything on it is the same whatever the delimiter is.
  if (firstRecord(text, atEnd, ",") === undefined) return noHeader(text, atEnd);
  const framed = sniffHeader(text, atEnd);
  if (framed === undefined) {
    return {
      refusal: "the header is not a well-formed line: a quote stands where none may, or is never closed",
      isEmpty: false,
    };
  }
  const { delimiter } = framed;
  const rows = await parseFramedText(`${text.toString("utf8", framed.start, framed.end)}\n`, delimiter);
  const header = rows[0];
  if (header === undefined) return noHeader(text, atEnd);
  return { delimiter, header, headerBytes: bom + framed.next, headerLines: framed.lines };
}

function noHeader(text: Buffer, atEnd: boolean): HeaderRefusal {
  if (!atEnd)
    return {
      refusal: `no header found in the first ${text.length} bytes: a header is one line, as long as its names`,
      isEmpty: false,
    };
  return {
    refusal: text.length === 0 ? "the file is empty" : "no header found: all lines are blank",
    isEmpty: true,
  };
}

interface FirstRecord {
  start: number;
  end: number;
  next: number;
  lines: number;
  isWellFormed: boolean;
}

function firstRecord(text: Buffer, atEnd: boolean, delimiter: string): FirstRecord | undefined {
  const rules = { delimiter: delimiter.charCodeAt(0), fieldCount: 0, maxRecordBytes: text.length };
  const { frames, consumed, lines } = frameRecords(text, atEnd, { ...rules, stopAfter: 1 });
  const [start = 0] = frames.starts;
  const [end = 0] = frames.ends;
  if (frames.count === 0) return undefined;
  return { start, end, next: consumed, lines, isWellFormed: frames.reasons[0] === FRAMED_WELL };
}
