import { endOfLine } from "./endOfLine.ts";
import { RECORD_IN_QUOTES, type GrowingFrameList } from "./frameList.ts";
import { scanQuotedRecord, type ScanningRules } from "./scanQuotedRecord.ts";

/**
 * Whether one of a record's lines but the first would be a record of its own. Then the record is perhaps none: where a
 * quote is missing, all records up to a field that begins with a line end become one field's text, and the quote before
 * that line end closes it. Both readings are well formed, and either may be the wrong one.
 *
 * @param record all of a record that runs over several lines, its line end left out
 * @param fieldCount fields of a record
 */
export function holdsRecord(record: Buffer, fieldCount: number, rules: ScanningRules): boolean {
  // A line of text is a field, whatever it says.
  if (fieldCount < 2) return false;
  for (let line = endOfLine(record, 0, true); line !== undefined && line.next < record.length;) {
    const start = line.next;
    line = endOfLine(record, start, true);
    const end = line?.end ?? record.length;
    // So many fields need as many delimiters between them.
    if (end - start < fieldCount - 1) continue;
    const scan = scanQuotedRecord(record.subarray(start, end), 0, true, rules);
    if (scan.kind === "record" && scan.fields === fieldCount) return true;
  }
  return false;
}

/**
 * Adds each line of such a record as one that cannot be read: to load the text would swallow records, and to load the
 * lines would let a text forge them.
 *
 * @param position where the record starts in its buffer
 * @param line on which it starts there
 */
export function addLinesInDoubt(
  frames: GrowingFrameList,
  record: Buffer,
  position: number,
  line: number,
): void {
  let start = 0;
  for (let number = line; start < record.length; number += 1) {
    const { end, next } = endOfLine(record, start, true) ?? { end: record.length, next: record.length };
    if (end > start) frames.add(position + start, position + end, number, RECORD_IN_QUOTES);
    start = next;
  }
}
