import { readDialect, type Delimiter } from "../../../src/sources/dialect.ts";
import type { Reason } from "../../../src/sources/reasons.ts";
import { readRecords } from "../sources/readRecords.ts";

/** A row as the reading path gives it, or why it gives none. */
export type ReadRow = readonly string[] | Reason;

/** What a text comes to whose first record is its header: that and all others, or why it is refused. */
export type ReadCsv = readonly ReadRow[] | { readonly refusal: string };

/** Reads a text as files are read, up to where columns get their meaning. */
export async function readCsv(text: Buffer): Promise<ReadCsv> {
  const dialect = await readDialect(text, true);
  if ("refusal" in dialect) return { refusal: dialect.refusal };
  const body = text.subarray(dialect.headerBytes);
  return [dialect.header, ...(await rowsOf(body, dialect.delimiter, dialect.header))];
}

/** Reads records under a header of so many columns. */
export function readBody(text: Buffer, delimiter: Delimiter, columns: number): Promise<ReadRow[]> {
  const header = Array.from({ length: columns }, (_, index) => `column ${index + 1}`);
  return rowsOf(text, delimiter, header);
}

async function rowsOf(text: Buffer, delimiter: Delimiter, header: readonly string[]): Promise<ReadRow[]> {
  async function* source() {
    yield text;
  }
  const rows: ReadRow[] = [];
  const rules = { dialect: { delimiter, header }, linesBefore: 0, maxRecordBytes: 1 << 20 };
  for await (const { records } of readRecords(source(), rules)) {
    for (const record of records) rows.push("fields" in record ? record.fields : record.reason);
  }
  return rows;
}
