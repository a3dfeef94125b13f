import { lyingBars, standingColumns, type Drawn } from "../charts/bars.ts";
import { matrix } from "../charts/matrix.ts";
import { shares } from "../charts/shares.ts";
import type { AnswerRow } from "../reading/source.ts";
import { countText, decimalText, shortText } from "./values.tsx";

/** A picture of an answer, and in a sentence what it shows. */
export interface AnswerChart {
  readonly drawn: Drawn;
  readonly label: string;
}

const text = (row: AnswerRow, column: string): string => String(row[column] ?? "");
const number = (row: AnswerRow, column: string): number => Number(row[column] ?? 0);

type Draw = (rows: readonly AnswerRow[]) => AnswerChart;

/** By the view that each is shown with: what it draws the rows of, where that is another one, and how. */
const CHARTS: Readonly<Record<string, Draw | { readonly of: string; readonly draw: Draw }>> = {
  top_10_stores_by_amount: (rows) => ({
    drawn: lyingBars(
      rows.map((row) => ({
        label: text(row, "store_name"),
        value: number(row, "transacted_amount"),
        text: decimalText(text(row, "transacted_amount")),
      })),
    ),
    label: `Bars: the amount of each of the ${rows.length} stores, the highest first.`,
  }),
  top_10_products_sold: (rows) => ({
    drawn: lyingBars(
      rows.map((row) => ({
        label: productLabel(row, rows),
        value: number(row, "units_sold"),
        text: countText(number(row, "units_sold")),
      })),
    ),
    label: `Bars: how many units of each of the ${rows.length} products were sold, the most first.`,
  }),
  average_amount_by_typology_and_country: averages,
  transaction_share_by_device_type: (rows) => ({
    drawn: shares(
      rows.map((row) => ({
        label: `type ${text(row, "device_type")}`,
        value: number(row, "transactions"),
        text: `${Number(text(row, "percentage")).toFixed(1)} %`,
      })),
    ),
    label: `Ring: the share of each device type in all accepted sales. ${rows
      .slice(0, FEW)
      .map((row) => `Type ${text(row, "device_type")}: ${Number(text(row, "percentage")).toFixed(1)} %`)
      .join(", ")}.`,
  }),
  time_to_fifth_transaction: { of: "time_to_fifth_transaction_by_store", draw: histogram },
};

/** Products may share a name: then the end of the SKU tells them apart. */
function productLabel(row: AnswerRow, rows: readonly AnswerRow[]): string {
  const name = text(row, "product_name");
  const isShared = rows.filter((other) => text(other, "product_name") === name).length > 1;
  return isShared ? `${name} …${text(row, "product_sku").slice(-4)}` : name;
}

/** So many figures can be listened to. */
const FEW = 8;

/** More countries or typologies than this are too many to be read: those with the highest amounts are drawn. */
const MOST_IN_GRID = 12;

function averages(rows: readonly AnswerRow[]): AnswerChart {
  const countries = highest(rows, "country");
  const typologies = highest(rows, "typology");
  const cells = rows
    .filter((row) => countries.includes(text(row, "country")) && typologies.includes(text(row, "typology")))
    .sort(
      (left, right) => countries.indexOf(text(left, "country")) - countries.indexOf(text(right, "country")),
    );
  return {
    drawn: matrix(
      cells.map((row) => ({
        row: text(row, "country"),
        column: text(row, "typology"),
        value: number(row, "average_amount"),
        text: shortText(number(row, "average_amount")),
      })),
      typologies,
    ),
    label: `Grid of the ${countries.length} countries with the highest amounts by ${typologies.length} store typologies: the darker, the higher the average amount of a sale.`,
  };
}

/** The values of a column that the highest amounts stand by, in the order of their names. */
function highest(rows: readonly AnswerRow[], column: string): string[] {
  const amounts = new Map<string, number>();
  for (const row of rows) {
    const value = text(row, column);
    amounts.set(value, (amounts.get(value) ?? 0) + number(row, "transacted_amount"));
  }
  const byAmount = [...amounts].sort(([, left], [, right]) => right - left);
  return byAmount
    .slice(0, MOST_IN_GRID)
    .map(([value]) => value)
    .sort();
}

const MOST_BINS = 12;

/** How many stores took how many days, in bins of whole days. */
function histogram(rows: readonly AnswerRow[]): AnswerChart {
  const days = rows.map((row) => number(row, "days_from_first"));
  const size = Math.max(1, Math.ceil(Math.max(0, ...days) / MOST_BINS));
  const bins = Array.from({ length: Math.floor(Math.max(0, ...days) / size) + 1 }, () => 0);
  for (const day of days) bins[Math.floor(day / size)] = (bins[Math.floor(day / size)] ?? 0) + 1;
  const nameOf = (bin: number): string => (size === 1 ? `${bin}` : `${bin * size}–${(bin + 1) * size}`);
  return {
    drawn: standingColumns(
      bins.map((stores, bin) => ({ label: nameOf(bin), values: [stores] })),
      { colors: ["var(--mark)"], xName: "days from first to fifth", yName: "stores" },
    ),
    label: `Columns: how many stores made their first five sales in how many days, ${size === 1 ? "a day" : `${size} days`} a column.`,
  };
}

/** Undefined where there is nothing to draw, or a table says it better. */
export function chartOf(
  view: string,
  rowsOf: (view: string) => readonly AnswerRow[],
): AnswerChart | undefined {
  const chart = CHARTS[view];
  if (chart === undefined) return undefined;
  const { of, draw } = typeof chart === "function" ? { of: view, draw: chart } : chart;
  const rows = rowsOf(of);
  return rows.length === 0 ? undefined : draw(rows);
}
