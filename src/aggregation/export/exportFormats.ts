import { visibleJson } from "../../lib/visible.ts";
import { csvLines } from "../csvLines.ts";
import type { ExportedValue } from "./exportedValue.ts";

/** How rows are written down. */
export interface ExportFormat {
  /** What stands before all rows. */
  readonly begin: (columns: readonly string[]) => string;
  /** Some rows, in their order, the first of all among them or not. */
  readonly rows: (
    columns: readonly string[],
    rows: readonly (readonly ExportedValue[])[],
    areFirst: boolean,
  ) => string;
  readonly end: string;
}

export const EXPORT_FORMATS = {
  csv: {
    begin: (columns) => csvLines([columns]),
    rows: (_columns, rows) => csvLines(rows),
    end: "",
  },
  json: {
    begin: () => "[",
    rows: (columns, rows, areFirst) =>
      rows.map((row, index) => `${areFirst && index === 0 ? "" : ","}\n${objectOf(columns, row)}`).join(""),
    end: "\n]\n",
  },
  ndjson: {
    begin: () => "",
    rows: (columns, rows) => rows.map((row) => `${objectOf(columns, row)}\n`).join(""),
    end: "",
  },
} as const satisfies Record<string, ExportFormat>;

export type ExportFormatName = keyof typeof EXPORT_FORMATS;
export const EXPORT_FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as readonly ExportFormatName[];

function objectOf(columns: readonly string[], row: readonly ExportedValue[]): string {
  const object = Object.fromEntries(columns.map((column, index) => [column, row[index]]));
  return visibleJson(JSON.stringify(object));
}
