import { csvField } from "./csvField.ts";
import type { DateStyles } from "./dateStyles.ts";
import { numberText } from "./numberText.ts";
import { WorkbookRefusal } from "./refusal.ts";
import { serialDate, type DateSystem } from "./serialDate.ts";
import { StringItem } from "./stringItem.ts";
import { XmlScanner, type XmlSink } from "./xmlScanner.ts";
import type { XmlTag } from "./xmlTag.ts";
import { unescapedString } from "./xmlText.ts";

/** A sheet has no more (Excel's specifications and limits). */
export const MOST_ROWS = 1_048_576;
export const MOST_COLUMNS = 16_384;

/** A cell of a row: its CSV field, or the number of the shared string that it holds. Empty is `""`. */
export type CellField = string | number;

/** Columns of a sheet that are looked at, from 1. */
export interface ColumnRange {
  readonly first: number;
  readonly last: number;
}

export interface SheetRow {
  /** From 1. */
  readonly number: number;
  /** From the range's first column on, as far as there are any. */
  readonly fields: readonly CellField[];
  /** Behind the range's last column: those that may hold something. */
  readonly beyond: readonly CellField[];
}

/** What the cells of all sheets of a workbook mean. */
export interface CellMeaning {
  readonly dateStyles: DateStyles;
  readonly dateSystem: DateSystem;
}

/** More characters in the cells of one row are refused: they have to be in memory together. */
const MOST_ROW_LENGTH = 1 << 24;

const TRUE = /^\s*(?:1|true)\s*$/;

const NAMES = ["worksheet", "c", "v", "row", "t", "is", "r", "sheetData"];
const C = NAMES.indexOf("c");
const V = NAMES.indexOf("v");
const ROW = NAMES.indexOf("row");
const T = NAMES.indexOf("t");
const IS = NAMES.indexOf("is");
const R = NAMES.indexOf("r");
const SHEET_DATA = NAMES.indexOf("sheetData");

/**
 * The rows of a sheet that have cells, in their order, in batches: those of one block of its part, at most, so that the
 * caller can wait between two for what they refer to. Hidden and filtered rows are among them; of merged cells the first
 * has the value.
 *
 * @param what the sheet is in messages
 * @throws WorkbookRefusal where rows are not in order, cells are not in the sheet, or two are at one place
 */
export async function* sheetRows(
  part: AsyncIterable<Buffer>,
  what: string,
  meaning: CellMeaning,
  columns: ColumnRange,
): AsyncGenerator<readonly SheetRow[]> {
  const sink = new RowsSink(what, meaning, columns);
  const scanner = new XmlScanner({ what, names: NAMES }, sink);
  for await (const block of part) {
    scanner.write(block);
    const rows = sink.take();
    if (rows.length > 0) yield rows;
  }
  scanner.end();
}

class RowsSink implements XmlSink {
  readonly #what: string;
  readonly #meaning: CellMeaning;
  readonly #columns: ColumnRange;
  readonly #item = new StringItem({ t: T, r: R });
  #rows: SheetRow[] = [];
  #isInData = false;
  #isInRow = false;
  #isInCell = false;
  #takesValue = false;

  #row = 0;
  #fields: CellField[] = [];
  #beyond: CellField[] = [];
  #rowLength = 0;
  #cells = 0;

  #column = 0;
  #type = "";
  #style = 0;
  #value = "";
  #string: string | undefined;

  constructor(what: string, meaning: CellMeaning, columns: ColumnRange) {
    this.#what = what;
    this.#meaning = meaning;
    this.#columns = columns;
  }

  /** The rows that have ended since they were taken. */
  take(): readonly SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  get takesText(): boolean {
    return this.#takesValue || this.#item.takesText;
  }

  open(element: number, depth: number, tag: XmlTag): void {
    if (this.#isInCell) {
      if (depth === 5 && element === V) this.#takesValue = true;
      else if (depth === 5 && element === IS) this.#item.begin(depth);
      else if (depth > 5) this.#item.open(element, depth);
    } else if (this.#isInRow) {
      if (depth === 4 && element === C) this.#beginCell(tag);
    } else if (this.#isInData) {
      if (depth === 3 && element === ROW) this.#beginRow(tag);
    } else if (depth === 2 && element === SHEET_DATA) this.#isInData = true;
  }

  text(text: string): void {
    this.#rowLength += text.length;
    if (this.#rowLength > MOST_ROW_LENGTH)
      throw this.#refusal(`row ${this.#row} holds more than ${MOST_ROW_LENGTH} characters`);
    if (this.#takesValue) this.#value += text;
    else this.#item.add(text);
  }

  close(element: number, depth: number): void {
    this.#takesValue = false;
    if (depth > 5) this.#item.close(element);
    else if (depth === 5 && this.#isInCell && element === IS) this.#string = this.#item.end();
    else if (depth === 4 && this.#isInCell) this.#endCell();
    else if (depth === 3 && this.#isInRow) this.#endRow();
    else if (depth === 2) this.#isInData = false;
  }

  #beginRow(tag: XmlTag): void {
    const number = tag.wholeNumber("r");
    const row = number === -1 ? this.#row + 1 : number;
    if (!(row >= 1 && row <= MOST_ROWS)) throw this.#refusal("a row has a number that no row has");
    if (row <= this.#row) throw this.#refusal(`row ${row} stands behind row ${this.#row}`);
    this.#row = row;
    this.#column = 0;
    this.#rowLength = 0;
    this.#cells = 0;
    this.#isInRow = true;
  }

  #beginCell(tag: XmlTag): void {
    const column = tag.column("r");
    this.#column = column === -1 ? this.#column + 1 : column;
    if (!(this.#column <= MOST_COLUMNS))
      throw this.#refusal(`a cell of row ${this.#row} has a place that no cell has`);
    this.#cells += 1;
    if (this.#cells > MOST_COLUMNS) throw this.#refusal(`row ${this.#row} has more cells than columns`);
    this.#type = tag.text("t") ?? "n";
    this.#style = tag.wholeNumber("s");
    this.#value = "";
    this.#string = undefined;
    this.#isInCell = true;
  }

  #endCell(): void {
    this.#isInCell = false;
    const field = this.#field();
    if (field === "" || this.#column < this.#columns.first) return;
    if (this.#column > this.#columns.last) {
      this.#beyond.push(field);
      return;
    }
    const index = this.#column - this.#columns.first;
    if (index < this.#fields.length && this.#fields[index] !== "")
      throw this.#refusal(`row ${this.#row} has two cells in column ${this.#column}`);
    while (this.#fields.length < index) this.#fields.push("");
    this.#fields[index] = field;
  }

  #endRow(): void {
    this.#isInRow = false;
    if (this.#fields.length === 0 && this.#beyond.length === 0) return;
    this.#rows.push({ number: this.#row, fields: this.#fields, beyond: this.#beyond });
    this.#fields = [];
    this.#beyond = [];
  }

  /** By the cell's type (ST_CellType): a formula is no other cell than one with the value that it came to. */
  #field(): CellField {
    const value = this.#value;
    if (this.#string !== undefined) return csvField(this.#string);
    if (value === "") return "";
    switch (this.#type) {
      case "s":
        return this.#sharedIndex(value);
      case "n":
        return this.#numberField(value.trim());
      case "b":
        return TRUE.test(value) ? "TRUE" : "FALSE";
      case "str":
        return csvField(unescapedString(value));
      default:
        // An error such as #N/A, an ISO 8601 date, or what only a later version knows: as it stands.
        return csvField(value);
    }
  }

  #numberField(literal: string): string {
    const { dateStyles, dateSystem } = this.#meaning;
    const decimals = dateStyles[Math.max(0, this.#style)] ?? -1;
    const date = decimals === -1 ? undefined : serialDate(literal, dateSystem, decimals);
    return date ?? csvField(numberText(literal));
  }

  #sharedIndex(value: string): number {
    const index = Number(value);
    if (!Number.isSafeInteger(index) || index < 0)
      throw this.#refusal(`a cell of row ${this.#row} refers to no shared string`);
    return index;
  }

  #refusal(why: string): WorkbookRefusal {
    return new WorkbookRefusal(`${this.#what} cannot be read: ${why}`);
  }
}
