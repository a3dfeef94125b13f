import { cellField } from "./cellField.ts";
import type { DateStyles } from "./dateStyles.ts";
import { numberText } from "./numberText.ts";
import { Unusable } from "../carrier.ts";
import { serialDate, type DateSystem } from "./serialDate.ts";
import { StringItem } from "./stringItem.ts";
import { readXml, type XmlAttributes, type XmlSink } from "./readXml.ts";
import { unescapedString } from "./xmlString.ts";

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
  /** Indexes of fields that are an error, such as #N/A, instead of a value, or a formula that was never calculated. */
  readonly errors: readonly number[];
}

/** What the cells of all sheets of a workbook mean. */
export interface CellMeaning {
  readonly dateStyles: DateStyles;
  readonly dateSystem: DateSystem;
}

/** More characters in the cells of one row are refused: they have to be in memory together. */
export const MOST_ROW_LENGTH = 1 << 24;

/** Stands for the value of a formula that nobody has calculated: programs that write workbooks may leave that to spreadsheets. */
const NOT_CALCULATED = cellField("(not calculated)");
const TRUE = /^\s*(?:1|true)\s*$/;

const DIGITS = /^\d{1,9}$/;
const BEFORE_A = 0x40;
const LETTER_COUNT = 26;
const SMALL = 0x20;

/**
 * The rows of a sheet that have cells, in their order, in batches: those of one block of its part, at most, so that the
 * caller can wait between two for what they refer to. Hidden and filtered rows are among them; of merged cells the first
 * has the value.
 *
 * @param what the sheet is in messages
 * @throws Unusable where rows are not in order, cells are not in the sheet, or two are at one place
 */
export async function* sheetRows(
  blocks: AsyncIterable<Buffer>,
  what: string,
  meaning: CellMeaning,
  columns: ColumnRange,
): AsyncGenerator<readonly SheetRow[]> {
  const sink = new RowsSink(what, meaning, columns);
  for await (const _ of readXml({ what, root: "worksheet", blocks }, sink)) {
    const rows = sink.take();
    if (rows.length > 0) yield rows;
  }
}

class RowsSink implements XmlSink {
  readonly #what: string;
  readonly #meaning: CellMeaning;
  readonly #columns: ColumnRange;
  readonly #item = new StringItem();
  #rows: SheetRow[] = [];
  #isInData = false;
  #isInRow = false;
  #isInCell = false;
  #takesValue = false;

  #row = 0;
  #fields: CellField[] = [];
  #beyond: CellField[] = [];
  #errors: number[] = [];
  #rowLength = 0;
  #cells = 0;

  #column = 0;
  #type = "";
  #style = 0;
  #value = "";
  #hasValue = false;
  #isFormula = false;
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

  open(name: string, depth: number, attributes: XmlAttributes): void {
    if (this.#isInCell) {
      if (depth === 5 && name === "v") {
        this.#takesValue = true;
        this.#hasValue = true;
      } else if (depth === 5 && name === "f") this.#isFormula = true;
      else if (depth === 5 && name === "is") this.#item.begin(depth);
      else if (depth > 5) this.#item.open(name, depth);
    } else if (this.#isInRow) {
      if (depth === 4 && name === "c") this.#beginCell(attributes);
    } else if (this.#isInData) {
      if (depth === 3 && name === "row") this.#beginRow(attributes);
    } else if (depth === 2 && name === "sheetData") this.#isInData = true;
  }

  text(text: string): void {
    if (!this.#isInCell) return;
    this.#rowLength += text.length;
    if (this.#rowLength > MOST_ROW_LENGTH)
      throw this.#refusal(`row ${this.#row} holds more than ${MOST_ROW_LENGTH} characters`);
    if (this.#takesValue) this.#value += text;
    else this.#item.add(text);
  }

  close(name: string, depth: number): void {
    this.#takesValue = false;
    if (depth > 5) this.#item.close(name);
    else if (depth === 5 && this.#isInCell && name === "is") this.#string = this.#item.end();
    else if (depth === 4 && this.#isInCell) this.#endCell();
    else if (depth === 3 && this.#isInRow) this.#endRow();
    else if (depth === 2) this.#isInData = false;
  }

  #beginRow({ r }: XmlAttributes): void {
    const row = r === undefined ? this.#row + 1 : DIGITS.test(r) ? Number(r) : Number.NaN;
    if (!(row >= 1 && row <= MOST_ROWS)) throw this.#refusal("a row has a number that no row has");
    if (row <= this.#row) throw this.#refusal(`row ${row} stands behind row ${this.#row}`);
    this.#row = row;
    this.#column = 0;
    this.#rowLength = 0;
    this.#cells = 0;
    this.#isInRow = true;
  }

  #beginCell({ r, s = "0", t = "n" }: XmlAttributes): void {
    this.#column = r === undefined ? this.#column + 1 : columnOf(r);
    if (!(this.#column <= MOST_COLUMNS))
      throw this.#refusal(`a cell of row ${this.#row} has a place that no cell has`);
    this.#cells += 1;
    if (this.#cells > MOST_COLUMNS) throw this.#refusal(`row ${this.#row} has more cells than columns`);
    this.#type = t;
    this.#style = Number(s);
    this.#value = "";
    this.#hasValue = false;
    this.#isFormula = false;
    this.#string = undefined;
    this.#isInCell = true;
  }

  #endCell(): void {
    this.#isInCell = false;
    const isCalculated = !this.#isFormula || this.#hasValue || this.#string !== undefined;
    const field = isCalculated ? this.#field() : NOT_CALCULATED;
    if (field === "" || this.#column < this.#columns.first) return;
    if (this.#column > this.#columns.last) {
      // It belongs to no column: whether it would come to anything does not matter.
      if (isCalculated) this.#beyond.push(field);
      return;
    }
    const index = this.#column - this.#columns.first;
    if (index < this.#fields.length && this.#fields[index] !== "")
      throw this.#refusal(`row ${this.#row} has two cells in column ${this.#column}`);
    while (this.#fields.length < index) this.#fields.push("");
    this.#fields[index] = field;
    if (this.#type === "e" || !isCalculated) this.#errors.push(index);
  }

  #endRow(): void {
    this.#isInRow = false;
    if (this.#fields.length === 0 && this.#beyond.length === 0) return;
    this.#rows.push({ number: this.#row, fields: this.#fields, beyond: this.#beyond, errors: this.#errors });
    this.#fields = [];
    this.#beyond = [];
    this.#errors = [];
  }

  /** By the cell's type (ST_CellType): a formula is no other cell than one with the value that it came to. */
  #field(): CellField {
    const value = this.#value;
    if (this.#string !== undefined) return cellField(this.#string);
    if (value === "") return "";
    switch (this.#type) {
      case "s":
        return this.#sharedIndex(value);
      case "n":
        return this.#numberField(value.trim());
      case "b":
        return TRUE.test(value) ? "TRUE" : "FALSE";
      case "str":
        return cellField(unescapedString(value));
      default:
        // An error, an ISO 8601 date, or what only a later version knows: as it stands.
        return cellField(value);
    }
  }

  #numberField(literal: string): string {
    const { dateStyles, dateSystem } = this.#meaning;
    const decimals = dateStyles[this.#style] ?? -1;
    const date = decimals === -1 ? undefined : serialDate(literal, dateSystem, decimals);
    return date ?? cellField(numberText(literal));
  }

  #sharedIndex(value: string): number {
    const index = Number(value);
    if (!Number.isSafeInteger(index) || index < 0)
      throw this.#refusal(`a cell of row ${this.#row} refers to no shared string`);
    return index;
  }

  #refusal(why: string): Unusable {
    return new Unusable("refused", `${this.#what} cannot be read: ${why}`);
  }
}

/** Of a reference such as AB12 the column, from 1: 28. Not a number where it begins with no letters. */
function columnOf(reference: string): number {
  let column = 0;
  for (let index = 0; index < reference.length; index += 1) {
    const letter = (reference.charCodeAt(index) & ~SMALL) - BEFORE_A;
    if (letter < 1 || letter > LETTER_COUNT) break;
    column = LETTER_COUNT * column + letter;
  }
  return column === 0 ? Number.NaN : column;
}
