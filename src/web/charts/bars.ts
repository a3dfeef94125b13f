import { createHash } from "node:crypto";
import { shortText } from "../pages/values.tsx";
import { visible } from "../../lib/visible.ts";
import { draw, INK, LINE, MARK, SOFT } from "./draw.ts";

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** As it is written at its end. */
  readonly text: string;
}

/** A chart at two widths: one is shown on phones, the other elsewhere; letters are as large on both. */
export interface Drawn {
  readonly broad: string;
  readonly narrow: string;
}

const BROAD = 860;
const NARROW = 400;
export const FONT_PX = 13;

/** As many drawings as all pages have, some times over. */
const MOST_KEPT = 60;
const kept = new Map<string, Drawn>();

/**
 * Draws at both widths, or takes what was drawn of the same before: a page that shows itself anew, or is asked for again, mostly shows
 * the same, and drawing keeps the process from other work.
 *
 * @param of everything that the drawing depends on
 */
export function atBothWidths(of: readonly unknown[], drawAt: (width: number) => string): Drawn {
  const key = createHash("sha256").update(JSON.stringify(of)).digest("base64");
  const drawn = kept.get(key) ?? { broad: drawAt(BROAD), narrow: drawAt(NARROW) };
  // The one that was asked for last is dropped last.
  kept.delete(key);
  kept.set(key, drawn);
  const [oldest = ""] = kept.keys();
  if (kept.size > MOST_KEPT) kept.delete(oldest);
  return drawn;
}

const ROW_PX = 30;

/** Lying bars, the first on top. */
export function lyingBars(bars: readonly Bar[]): Drawn {
  return atBothWidths(["lying bars", bars], (width) => {
    const room = labelRoom(
      bars.map(({ label }) => label),
      width,
    );
    return draw(
      {
        grid: { left: room + 10, right: 86, top: 2, bottom: 2 },
        xAxis: { type: "value", show: false, min: 0 },
        yAxis: {
          ...{ type: "category", inverse: true, data: bars.map(({ label }) => shortened(label, room)) },
          ...{ axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } } },
          axisLabel: { color: INK, fontSize: FONT_PX },
        },
        series: {
          ...{
            type: "bar",
            silent: true,
            barWidth: 18,
            itemStyle: { color: MARK, borderRadius: [0, 3, 3, 0] },
          },
          data: bars.map(({ value, text }) => ({
            value,
            label: {
              show: true,
              position: "right",
              formatter: escapeless(text),
              color: INK,
              fontSize: FONT_PX,
            },
          })),
        },
      },
      { width, height: bars.length * ROW_PX + 4 },
    );
  });
}

/** A template of the library's has its own meaning for braces. */
const escapeless = (text: string) => (): string => text;

/** Letters are about so wide. */
const LETTER_PX = FONT_PX * 0.56;

/** As much of the width as the longest label needs, up to a third. */
export function labelRoom(labels: readonly string[], width: number): number {
  const longest = Math.max(...labels.map((label) => Array.from(visible(label)).length));
  return Math.round(Math.min(longest * LETTER_PX + 4, width * 0.34));
}

/** As much of a label as there is room for. */
export function shortened(label: string, room: number): string {
  const letters = Array.from(visible(label));
  const most = Math.max(4, Math.floor(room / LETTER_PX));
  return letters.length <= most
    ? letters.join("")
    : `${letters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`;
}

export interface StackedColumn {
  readonly label: string;
  readonly values: readonly number[];
}

export interface ColumnsOptions {
  /** Of each part. */
  readonly colors: readonly string[];
  /** What stands along the axes, where the page does not say it. */
  readonly xName?: string;
  readonly yName?: string;
}

const COLUMNS_PX = 200;
const NAME_PX = 20;

/** Standing columns, each a stack of `colors.length` parts. */
export function standingColumns(
  columns: readonly StackedColumn[],
  { colors, xName, yName }: ColumnsOptions,
): Drawn {
  return atBothWidths(["columns", columns, colors, xName, yName], (width) =>
    draw(
      {
        grid: {
          left: 46,
          right: 8,
          top: yName === undefined ? 10 : 30,
          bottom: xName === undefined ? 26 : 26 + NAME_PX,
        },
        xAxis: {
          ...{ type: "category", data: columns.map(({ label }) => label), axisTick: { show: false } },
          axisLine: { lineStyle: { color: LINE } },
          axisLabel: { color: SOFT, fontSize: FONT_PX - 1, hideOverlap: true },
          ...(xName !== undefined && named(xName, "middle", 28)),
        },
        yAxis: {
          ...{ type: "value", splitNumber: 3, minInterval: 1, splitLine: { lineStyle: { color: LINE } } },
          axisLabel: { color: SOFT, fontSize: FONT_PX - 1, formatter: shortText },
          ...(yName !== undefined && named(yName, "end", 12)),
        },
        series: colors.map((color, part) => ({
          ...{ type: "bar", silent: true, stack: "all", barCategoryGap: "25%", itemStyle: { color } },
          data: columns.map(({ values }) => values[part] ?? 0),
        })),
      },
      { width, height: COLUMNS_PX + (xName === undefined ? 0 : NAME_PX) },
    ),
  );
}

const named = (name: string, nameLocation: "middle" | "end", nameGap: number) => ({
  ...{ name, nameLocation, nameGap },
  nameTextStyle: { color: SOFT, fontSize: FONT_PX - 1 },
});
