import { shownNames } from "../../header.ts";
import { textOfField } from "./cellField.ts";
import { Unusable } from "../carrier.ts";
import type { SharedStrings } from "./sharedStrings.ts";
import { MOST_COLUMNS, type CellField, type ColumnRange, type SheetRow } from "./sheetRows.ts";
import type { SheetPart } from "./workbookParts.ts";

/** Where a workbook has the records. */
export interface Table {
  readonly sheet: SheetPart;
  /** Of the row with the names. */
  readonly headerRow: number;
  /** Of all columns, those that have none among them. */
  readonly names: readonly string[];
  readonly columns: ColumnRange;
}

/** A header is looked for in the rows up to here. */
const LAST_HEADER_ROW = 50;
/** Longer names are no column's, and cut. */
const MOST_NAME_BYTES = 1_000;
const SHOWN_SHEETS = 10;
const EVERY_COLUMN: ColumnRange = { first: 1, last: MOST_COLUMNS };

/** Opens a sheet's rows anew. */
export type RowsOfSheet = (sheet: SheetPart, columns: ColumnRange) => AsyncIterable<readonly SheetRow[]>;

/**
 * The first sheet with a header in one of its first 50 rows: those that are shown in the order of their tabs, then hidden
 * ones. The table is as wide as the header, from its first cell with text to its last.
 *
 * @throws Unusable where there is none; it says what each sheet begins with
 */
export async function findTable(
  sheets: readonly SheetPart[],
  rowsOf: RowsOfSheet,
  strings: SharedStrings,
  isHeader: (names: readonly string[]) => boolean,
): Promise<Table> {
  const inOrder = [...sheets.filter((sheet) => !sheet.isHidden), ...sheets.filter((sheet) => sheet.isHidden)];
  const seen: string[] = [];
  for (const sheet of inOrder) {
    let beginning: readonly string[] | undefined;
    for await (const { number, names, columns } of headerRows(rowsOf(sheet, EVERY_COLUMN), strings)) {
      if (isHeader(names)) return { sheet, headerRow: number, names, columns };
      beginning ??= names;
    }
    seen.push(
      `${shownNames([sheet.name]).join("")} (${beginning === undefined ? "empty" : shownNames(beginning).join(", ")})`,
    );
  }
  if (seen.length === 0) throw new Unusable("refused", "it has no sheet with cells");
  const shown = seen.slice(0, SHOWN_SHEETS).join("; ");
  const more = seen.length > SHOWN_SHEETS ? ` and ${seen.length - SHOWN_SHEETS} more` : "";
  throw new Unusable(
    "refused",
    `none of its sheets has the header of a known file in its first ${LAST_HEADER_ROW} rows; they begin with: ${shown}${more}`,
  );
}

interface HeaderRow {
  readonly number: number;
  readonly names: readonly string[];
  readonly columns: ColumnRange;
}

/** The rows that may be a header: those at the beginning that have text. */
async function* headerRows(
  batches: AsyncIterable<readonly SheetRow[]>,
  strings: SharedStrings,
): AsyncGenerator<HeaderRow> {
  for await (const rows of batches) {
    for (const { number, fields } of rows) {
      if (number > LAST_HEADER_ROW) return;
      const names: string[] = [];
      for (const field of fields) names.push(await nameOf(field, strings));
      const first = names.findIndex((name) => name !== "");
      if (first === -1) continue;
      const last = names.findLastIndex((name) => name !== "");
      yield {
        number,
        names: names.slice(first, last + 1),
        columns: { first: first + 1, last: last + 1 },
      };
    }
  }
}

async function nameOf(field: CellField, strings: SharedStrings): Promise<string> {
  if (typeof field === "string") return textOfField(field).slice(0, MOST_NAME_BYTES);
  await strings.readTo(field);
  return textOfField(strings.fields.text(field, MOST_NAME_BYTES));
}
