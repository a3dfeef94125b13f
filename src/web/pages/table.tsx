import type { ComponentChildren, VNode } from "preact";

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
  /** Long texts want room: on a phone the table is moved sideways rather than set a word a line. */
  readonly isWide?: boolean;
}

interface TableProps<Row> {
  /** What it shows, for everybody: one sentence. */
  readonly caption: string;
  /** The first names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Said where there is no row. */
  readonly empty: string;
}

/** More rows than a screen has: they are scrolled through below their heads. */
const MANY = 24;

/** A table that may be wider than the screen: it is moved by itself, by keyboard as well. */
export function Table<Row>({ caption, columns, rows, empty }: TableProps<Row>): VNode {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <div class={rows.length > MANY ? "table tall" : "table"} role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" {...classOf(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <tr key={number}>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.head} scope="row" {...classOf(column)}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.head} {...classOf(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf({ isNumber, isWide }: Column<never>): { class?: string } {
  if (isNumber === true) return { class: "number" };
  return isWide === true ? { class: "wide" } : {};
}
