import { COLUMN_NAMES } from "../../contracts.ts";
import { normaliseColumnName, shownNames } from "../../header.ts";
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
/** A row with so many names of columns is meant as a header, though it lacks some. */
const NAMES_OF_A_HEADER = 2;
const EVERY_COLUMN: ColumnRange = { first: 1, last: MOST_COLUMNS };

/** Opens a sheet's rows anew. */
export type RowsOfSheet = (sheet: SheetPart, columns: ColumnRange) => AsyncIterable<readonly SheetRow[]>;

/**
 * The sheet with a header in one of its first 50 rows, a hidden one only where none that is shown has it. The table is as
 * wide as the header, from its first cell with text to its last. Where none has it, that with the row which has most names of
 * columns: whoever reads the text says what is wrong with it.
 *
 * @throws Unusable where there is none, and says what each sheet begins with; or more than one, of which none is guessed at
 */
export async function findTable(
  sheets: readonly SheetPart[],
  rowsOf: RowsOfSheet,
  strings: SharedStrings,
  isHeader: (names: readonly string[]) => boolean,
): Promise<Table> {
  const seen: string[] = [];
  let nearest: Near | undefined;
  for (const isHidden of [false, true]) {
    const tables: Table[] = [];
    for (const sheet of sheets.filter((one) => one.isHidden === isHidden)) {
      const found = await tableOf(sheet, headerRows(rowsOf(sheet, EVERY_COLUMN), strings), isHeader);
      if ("columns" in found) {
        tables.push(found);
        continue;
      }
      seen.push(`${shownNames([sheet.name]).join("")} (${found.beginning})`);
      if ((found.nearest?.known ?? 0) > (nearest?.known ?? NAMES_OF_A_HEADER - 1)) nearest = found.nearest;
    }
    const [table, ...others] = tables;
    if (others.length > 0) throw new Unusable("refused", severalTables(tables));
    if (table !== undefined) return table;
  }
  if (nearest !== undefined) return nearest.table;
  if (seen.length === 0) throw new Unusable("refused", "it has no sheet with cells");
  const shown = seen.slice(0, SHOWN_SHEETS).join("; ");
  const more = seen.length > SHOWN_SHEETS ? ` and ${seen.length - SHOWN_SHEETS} more` : "";
  throw new Unusable(
    "refused",
    `none of its sheets has the header of a known file in its first ${LAST_HEADER_ROW} rows; they begin with: ${shown}${more}`,
  );
}

/** A table whose header lacks columns, and how many it has. */
interface Near {
  readonly table: Table;
  readonly known: number;
}

/** The table of a sheet, or what that begins with, and what comes nearest to one. */
async function tableOf(
  sheet: SheetPart,
  rows: AsyncIterable<HeaderRow>,
  isHeader: (names: readonly string[]) => boolean,
): Promise<Table | { readonly beginning: string; readonly nearest: Near | undefined }> {
  let beginning: string | undefined;
  let nearest: Near | undefined;
  for await (const { number, names, columns } of rows) {
    const table = { sheet, headerRow: number, names, columns };
    if (isHeader(names)) return table;
    beginning ??= shownNames(names).join(", ");
    const known = names.filter((name) => COLUMN_NAMES.has(normaliseColumnName(name))).length;
    if (known > (nearest?.known ?? 0)) nearest = { table, known };
  }
  return { beginning: beginning ?? "empty", nearest };
}

function severalTables(tables: readonly Table[]): string {
  const names = tables.slice(0, SHOWN_SHEETS).map(({ sheet }) => shownNames([sheet.name]).join(""));
  return (
    `${tables.length} of its sheets have the header of a known file: ${names.join(", ")}; ` +
    "save each as a workbook of its own, or hide what is not to be loaded"
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
