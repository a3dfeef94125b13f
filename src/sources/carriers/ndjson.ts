import { csvRecord } from "../../lib/csvText.ts";
import { COLUMN_NAMES } from "../contracts.ts";
import { READ_BYTES } from "../fileBytes.ts";
import { normaliseColumnName } from "../header.ts";
import type { Form, FormSource } from "./carrier.ts";
import { gather } from "./gather.ts";
import { JsonLines } from "./jsonLines.ts";

/**
 * One JSON object a line. The header is made of the keys that objects of the first `READ_BYTES` have, in the order in which
 * they come first; values are written as they stand, and nothing for null and for what is absent.
 */
export const ndjson: Form = {
  name: "ndjson",
  endings: [".ndjson", ".jsonl"],
  hasMadeHeader: true,
  isArchive: false,
  usualRatio: 0.5,
  isBegunBy: (beginning, isAll) =>
    BRACE.test(beginning.toString("latin1", 0, LOOKED_AT)) && keysOf(beginning, isAll).length > 0,
  text,
};

/** Behind a byte order mark and white space. */
const BRACE = /^(?:\xef\xbb\xbf)?\s*\{/;
const LOOKED_AT = 1_024;
const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** Keys that no contract has are only named. */
const MOST_UNKNOWN_KEYS = 100;

async function* text({ bytes }: FormSource): AsyncGenerator<Buffer> {
  const read = bytes();
  try {
    const { bytes: beginning, isAll } = await gather(read, READ_BYTES);
    const keys = keysOf(beginning.subarray(0, READ_BYTES), isAll);
    yield Buffer.from(csvRecord(keys));
    const lines = new JsonLines(keys);
    yield lines.write(withoutMark(beginning));
    for await (const block of read) yield lines.write(block);
    yield lines.end();
  } finally {
    await read.return(undefined);
  }
}

function withoutMark(beginning: Buffer): Buffer {
  const mark = beginning.subarray(0, UTF8_BOM.length);
  return mark.equals(UTF8_BOM) ? beginning.subarray(UTF8_BOM.length) : beginning;
}

/** Keys of the objects on whole lines. */
function keysOf(beginning: Buffer, isAll: boolean): string[] {
  const whole = isAll ? beginning : beginning.subarray(0, beginning.lastIndexOf("\n") + 1);
  const found = new Set(withoutMark(whole).toString().split("\n").flatMap(keysOn));
  let unknown = 0;
  return [...found].filter((key) => {
    if (COLUMN_NAMES.has(normaliseColumnName(key))) return true;
    unknown += 1;
    return unknown <= MOST_UNKNOWN_KEYS;
  });
}

function keysOn(line: string): string[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  } catch {
    // It is rejected when it is read as a record.
    return [];
  }
}
