import type { Contract } from "./contracts.ts";
import type { Dialect } from "./dialect.ts";
import { FRAMED_WELL } from "./frameList.ts";
import { frameRecords } from "./frameRecords.ts";
import { normaliseColumnName, shownName } from "./header.ts";
import { parseFramedText } from "./parseFramedText.ts";
import { isTyped, typeOfValues, type ValueType } from "./typesOfValues.ts";

/**
 * The columns of a file by name, each with the type of its values; null where nothing is known of them, or it is not asked: of
 * columns that hold any text, or a card. Names are as they may be shown, so those that differ in a digit only are one.
 */
export type ColumnTypes = ReadonlyMap<string, ValueType | null>;

/** Records that the types are told by: the first whole ones. */
const SAMPLED = 200;
/** Columns beyond those of the contract that are looked at. */
const MOST_EXTRA = 100;

/**
 * Tells the columns of a file from its header and its first records. No value is kept.
 *
 * @param beginning the first bytes of the text, the header among them
 */
export async function readColumnTypes(
  contract: Contract,
  { delimiter, header, headerBytes }: Dialect,
  beginning: Buffer,
): Promise<ColumnTypes> {
  const records = await firstRecords(beginning.subarray(headerBytes), delimiter, header.length);
  const types = new Map<string, ValueType | null>();
  let extra = 0;
  for (const [index, written] of header.entries()) {
    const name = shownName(normaliseColumnName(written));
    const column = contract.columns.find((one) => one.name === name);
    if (column === undefined && (extra += 1) > MOST_EXTRA) continue;
    const isAsked = column === undefined || isTyped(column.type);
    const values = isAsked ? records.map((record) => record[index] ?? "") : [];
    // What no contract says anything of may be any text.
    const otherwise = column === undefined && values.some(isFilled) ? "text" : null;
    types.set(name, typeOfValues(values) ?? otherwise);
  }
  return types;
}

const isFilled = (value: string): boolean => value.trim() !== "";

async function firstRecords(text: Buffer, delimiter: string, fieldCount: number): Promise<string[][]> {
  const rules = { delimiter: delimiter.charCodeAt(0), fieldCount, maxRecordBytes: text.length };
  // As if the text went on: a last line without its end may be half a record.
  const { frames } = frameRecords(text, false, { ...rules, stopAfter: SAMPLED });
  const records: string[][] = [];
  let quoted = "";
  for (let index = 0; index < frames.count; index += 1) {
    if (frames.reasons[index] !== FRAMED_WELL) continue;
    const record = text.toString("utf8", frames.starts[index], frames.ends[index]);
    // Without quotes there is nothing in a record but fields and what parts them.
    if (record.includes('"')) quoted += `${record}\n`;
    else records.push(record.split(delimiter));
  }
  if (quoted !== "") records.push(...(await parseFramedText(quoted, delimiter)));
  return records.filter((record) => record.length === fieldCount);
}
