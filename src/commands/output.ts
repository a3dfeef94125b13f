import Table from "cli-table3";

/** Writes a result to stdout; logs go to stderr. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes one JSON value, with nothing else around it. */
export function printJson(value: unknown): void {
  print(
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? Number(inner) : inner), 2),
  );
}

type Cell = string | number | null;

/** A table with a header; numbers, and texts that are decimals, stand to the right. */
export function printTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const isNumeric = columns.map((_column, index) =>
    rows.every(
      (row) => row[index] === null || typeof row[index] === "number" || /^-?\d+\.\d+$/.test(row[index] ?? ""),
    ),
  );
  const table = new Table({
    head: [...columns],
    colAligns: isNumeric.map((numeric) => (numeric && rows.length > 0 ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => row.map((cell) => (cell === null ? "" : String(cell)))));
  print(table.toString());
}
