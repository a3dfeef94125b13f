import type { KeptFields } from "./keptFields.ts";
import type { CellField, ColumnRange, SheetRow } from "./sheetRows.ts";
import { TextBlocks } from "./textBlocks.ts";

const LF = 0x0a;
const COMMA = 0x2c;

/** Writes the rows of a table as lines of CSV, each on the line that has its number. */
export class RecordLines {
  readonly #strings: KeptFields;
  readonly #width: number;
  readonly #text: TextBlocks;
  /** Lines that have been written. */
  #lines = 0;

  /**
   * @param strings that have been read as far as rows refer to them
   * @param mostBytes of text
   */
  constructor(strings: KeptFields, { first, last }: ColumnRange, mostBytes: number) {
    this.#strings = strings;
    this.#width = last - first + 1;
    this.#text = new TextBlocks(mostBytes);
  }

  /**
   * Adds a row below those before it. One with nothing in the table's columns is no record, whatever stands beside. A
   * record with something behind the table's last column has one field too many, so that it is not loaded without it.
   */
  add({ number, fields, beyond }: SheetRow): void {
    if (!fields.some((field) => this.#isWritten(field))) return;
    const text = this.#text;
    for (; this.#lines < number - 1; this.#lines += 1) text.byte(LF);
    for (let index = 0; index < this.#width; index += 1) {
      if (index > 0) text.byte(COMMA);
      const field = fields[index] ?? "";
      if (typeof field === "string") text.text(field);
      else this.#strings.write(field, text);
    }
    if (beyond.some((field) => this.#isWritten(field))) text.byte(COMMA);
    text.byte(LF);
    this.#lines += 1;
  }

  /** The text that has filled blocks since it was taken. */
  takeFull(): Buffer[] {
    return this.#text.takeFull();
  }

  /** All that is left. */
  takeAll(): Buffer[] {
    return this.#text.takeAll();
  }

  #isWritten(field: CellField): boolean {
    return typeof field === "string" ? field !== "" : this.#strings.lengthOf(field) > 0;
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
