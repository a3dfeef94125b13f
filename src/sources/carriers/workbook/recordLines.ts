import { csvRecord } from "../../../lib/csvText.ts";
import type { ColumnType } from "../../contracts.ts";
import { columnTypes, normaliseColumnName } from "../../header.ts";
import { noteOf, type NotedRecord } from "../../notedRecord.ts";
import { holdsLineBreak, textOfField } from "./cellField.ts";
import type { Table } from "./findTable.ts";
import type { KeptFields } from "./keptFields.ts";
import { Unusable } from "../carrier.ts";
import { MOST_ROW_LENGTH, type CellField, type SheetRow } from "./sheetRows.ts";
import { shownSheet } from "./workbookParts.ts";
import { TextBlocks } from "./textBlocks.ts";

const LF = 0x0a;
const COMMA = 0x2c;
const LINE_BREAKS = /[\r\n]+/g;
/** Columns whose errors are left to who reads them: a card that cannot be read is no card, and a CVV is never looked at. */
const LEFT_ALONE: ReadonlySet<ColumnType> = new Set(["card_number", "discarded"]);

/** Writes the rows of a table as lines of CSV, each on the line that has its number. */
export class RecordLines {
  readonly #strings: KeptFields;
  readonly #table: Table;
  readonly #text = new TextBlocks();
  /** By the places of columns the names of those that have to hold values, in their contract. */
  readonly #columns: readonly (string | undefined)[];
  /** Lines that have been written. */
  #lines = 0;

  /** @param strings that have been read as far as rows refer to them */
  constructor(strings: KeptFields, table: Table) {
    this.#strings = strings;
    this.#table = table;
    const types = columnTypes(table.names);
    this.#columns = table.names.map(normaliseColumnName).map((name) => {
      const type = types.get(name);
      return type === undefined || LEFT_ALONE.has(type) ? undefined : name;
    });
  }

  /**
   * Adds a row below those before it. One with nothing in the table's columns is no record, whatever stands beside. A
   * record with something behind the last column has one field too many, so that it is not loaded without it.
   *
   * @throws Unusable for one that shares strings which are too long together
   */
  add(row: SheetRow): void {
    const { headerRow, names } = this.#table;
    if (row.number < headerRow || !row.fields.some((field) => this.#isWritten(field))) return;
    this.#requireLength(row);
    for (; this.#lines < row.number - 1; this.#lines += 1) this.#text.byte(LF);
    this.#lines += 1;
    if (row.number === headerRow) {
      this.#text.text(csvRecord(names.map((name) => name.replace(LINE_BREAKS, " "))));
      return;
    }
    const noted = this.#noted(row);
    if (noted === undefined) this.#writeFields(row);
    else {
      const note = noteOf(noted);
      this.#text.bytes(note, 0, note.length);
    }
    this.#text.byte(LF);
  }

  /** The text that has filled blocks since it was taken. */
  takeFull(): Buffer[] {
    return this.#text.takeFull();
  }

  /** All that is left. */
  takeAll(): Buffer[] {
    return this.#text.takeAll();
  }

  #writeFields({ fields, beyond }: SheetRow): void {
    for (let index = 0; index < this.#columns.length; index += 1) {
      if (index > 0) this.#text.byte(COMMA);
      const field = fields[index] ?? "";
      if (typeof field === "string") this.#text.text(field);
      else this.#strings.write(field, this.#text);
    }
    if (beyond.some((field) => this.#isWritten(field))) this.#text.byte(COMMA);
  }

  /** What cannot stand as a line of CSV: a record with line breaks, or with an error where a value has to be. */
  #noted({ fields, beyond, errors }: SheetRow): NotedRecord | undefined {
    const column = errors.map((index) => this.#columns[index]).find((name) => name !== undefined);
    if (column === undefined && !fields.some((field) => this.#holdsLineBreak(field))) return undefined;
    const texts = this.#columns.map((_, index) => this.#textOf(fields[index] ?? ""));
    if (beyond.some((field) => this.#isWritten(field))) texts.push("");
    if (column === undefined) return { fields: texts };
    return { rejected: { reason: "cell_error", column }, text: csvRecord(texts) };
  }

  #requireLength({ number, fields }: SheetRow): void {
    let length = 0;
    for (const field of fields) if (typeof field === "number") length += this.#strings.lengthOf(field);
    if (length <= MOST_ROW_LENGTH) return;
    throw new Unusable(
      "refused",
      `${shownSheet(this.#table.sheet)} cannot be read: row ${number} shares strings of more than ${MOST_ROW_LENGTH} bytes`,
    );
  }

  #isWritten(field: CellField): boolean {
    return typeof field === "string" ? field !== "" : this.#strings.lengthOf(field) > 0;
  }

  #holdsLineBreak(field: CellField): boolean {
    if (typeof field === "string") return holdsLineBreak(field);
    return this.#strings.holdLineBreaks && holdsLineBreak(this.#strings.text(field));
  }

  #textOf(field: CellField): string {
    return textOfField(typeof field === "string" ? field : this.#strings.text(field));
  }
}

/** The highest number of a shared string that rows refer to; -1 where they refer to none. */
export function lastStringOf(rows: readonly SheetRow[]): number {
  let last = -1;
  for (const { fields, beyond } of rows) {
    for (const field of fields) if (typeof field === "number" && field > last) last = field;
    for (const field of beyond) if (typeof field === "number" && field > last) last = field;
  }
  return last;
}
