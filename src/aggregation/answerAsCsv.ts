import type { AnswerRow } from "./answers.ts";
import { formulaSafe } from "./formulaSafe.ts";

/** Rows of a view as CSV with a header, that a spreadsheet takes for nothing but text and numbers. */
export async function answerAsCsv(columns: readonly string[], rows: readonly AnswerRow[]): Promise<string> {
  const { writeToString } = await import("fast-csv");
  const lines = rows.map((row) => columns.map((column) => formulaSafe(row[column] ?? null)));
  return writeToString(lines, { headers: [...columns], alwaysWriteHeaders: true });
}
