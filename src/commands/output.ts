import { visible, visibleJson } from "../lib/visible.ts";

/** Writes a result to stdout; logs go to stderr. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes one JSON value, with nothing else around it. */
export function printJson(value: unknown): void {
  const plain = (_key: string, inner: unknown): unknown =>
    typeof inner === "bigint" ? Number(inner) : inner;
  print(visibleJson(JSON.stringify(value, plain, 2)));
}

type Cell = string | number | null;

/** A cell has a space on either side of its text. */
const CELL_PADDING = 2;
const NARROWEST_COLUMN = 6;

/** A table with a header; numbers, and texts that are decimals, stand to the right. On a terminal it fits the width. */
export async function printTable(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  const { default: Table } = await import("cli-table3");
  const texts = rows.map((row) => row.map((cell) => (cell === null ? "" : visible(String(cell)))));
  const isNumeric = columns.map((_column, index) =>
    texts.every((row) => /^(-?\d+(\.\d+)?)?$/.test(row[index] ?? "")),
  );
  const widths = columns.map((column, index) => {
    const lengthOf = (text: string): number => Array.from(text).length;
    const longest = texts.reduce((most, row) => Math.max(most, lengthOf(row[index] ?? "")), lengthOf(column));
    return longest + CELL_PADDING;
  });
  const table = new Table({
    head: [...columns],
    colAligns: isNumeric.map((numeric) => (numeric && rows.length > 0 ? "right" : "left")),
    style: { head: [], border: [], compact: true },
    ...(process.stdout.isTTY && { colWidths: fitted(widths, isNumeric, process.stdout.columns) }),
    wordWrap: true,
  });
  for (const row of texts) table.push(row);
  print(table.toString());
}

/**
 * Column widths that fit a terminal: the widest columns of text give way, a character at a time; their texts then go
 * over several lines. Numbers are never cut, so a very narrow terminal gets a table that is too wide.
 */
export function fitted(
  widths: readonly number[],
  isNumeric: readonly boolean[],
  available: number,
): number[] {
  const fit = [...widths];
  const borders = widths.length + 1;
  while (fit.reduce((sum, width) => sum + width, borders) > available) {
    let widest = -1;
    for (const [index, width] of fit.entries()) {
      if (isNumeric[index] !== true && width > NARROWEST_COLUMN && width > (fit[widest] ?? 0)) widest = index;
    }
    if (widest === -1) break;
    fit[widest] = (fit[widest] ?? 0) - 1;
  }
  return fit;
}
