import { atBothWidths, FONT_PX, labelRoom, shortened, type Drawn } from "./bars.ts";
import { draw, INK, MARK } from "./draw.ts";

export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly value: number;
  readonly text: string;
}

const ROW_PX = 30;
/** Names of columns that are narrower are tilted, to be read. */
const TILTED_BELOW = 60;
const head = (isTilted: boolean): number => (isTilted ? 72 : 28);
/** From here on a cell is dark enough for light letters. */
const DARK = 0.6;

/** A value for each pair, as a colour that deepens with it; the text stands in the cell. */
export function matrix(cells: readonly Cell[], columns: readonly string[]): Drawn {
  const rows = [...new Set(cells.map(({ row }) => row))];
  const values = cells.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const depth = (value: number): number =>
    most === least ? 0.5 : 0.12 + (0.88 * (value - least)) / (most - least);
  return atBothWidths(["matrix", cells, columns], (width) => {
    const room = labelRoom(rows, width);
    const cellRoom = (width - room - 14) / columns.length;
    const isTilted = cellRoom < TILTED_BELOW;
    // Where cells are narrower than their text, colour alone has to do: the table has the figures.
    const isLabelled = cellRoom > 44;
    return draw(
      {
        grid: { left: room + 10, right: isTilted ? 24 : 2, top: head(isTilted), bottom: 2 },
        xAxis: {
          ...{
            type: "category",
            position: "top",
            data: columns.map((name) => shortened(name, isTilted ? 80 : cellRoom)),
          },
          ...{ axisTick: { show: false }, axisLine: { show: false } },
          axisLabel: { color: INK, fontSize: FONT_PX - 1, interval: 0, rotate: isTilted ? 50 : 0 },
        },
        yAxis: {
          ...{ type: "category", inverse: true, data: rows.map((name) => shortened(name, room)) },
          ...{ axisTick: { show: false }, axisLine: { show: false } },
          axisLabel: { color: INK, fontSize: FONT_PX, interval: 0 },
        },
        visualMap: { show: false, min: least, max: most, inRange: { opacity: 1 } },
        series: {
          ...{ type: "heatmap", silent: true },
          data: cells.map(({ row, column, value, text }) => ({
            value: [columns.indexOf(column), rows.indexOf(row), value],
            itemStyle: {
              color: MARK,
              opacity: depth(value),
              borderColor: "var(--card)",
              borderWidth: 2,
              borderRadius: 4,
            },
            label: {
              ...{ show: isLabelled, formatter: () => text, fontSize: FONT_PX - 1, opacity: 1 },
              color: depth(value) > DARK ? "var(--on-accent)" : INK,
            },
          })),
        },
      },
      { width, height: rows.length * ROW_PX + head(isTilted) + 4 },
    );
  });
}
