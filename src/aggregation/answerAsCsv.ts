import type { AnswerRow } from "./answers.ts";
import { csvLines } from "./csvLines.ts";

/** Rows of a view as CSV with a header. */
export function answerAsCsv(columns: readonly string[], rows: readonly AnswerRow[]): string {
  return csvLines([columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))]);
}
