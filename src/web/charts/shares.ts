import { atBothWidths, FONT_PX, type Bar, type Drawn } from "./bars.ts";
import { draw, INK } from "./draw.ts";

const COLORS = ["var(--mark)", "var(--mark-2)", "var(--mark-3)", "var(--mark-4)", "var(--mark-5)"];

/** Parts of a whole, as a ring; each has its name and share beside it. */
export function shares(parts: readonly Bar[]): Drawn {
  return atBothWidths(["shares", parts], (width) =>
    draw(
      {
        series: {
          ...{ type: "pie", silent: true, radius: ["46%", "72%"], padAngle: 1.5, minAngle: 2 },
          itemStyle: { borderRadius: 3 },
          label: { color: INK, fontSize: FONT_PX, lineHeight: FONT_PX + 4 },
          labelLine: { length: 8, length2: 8 },
          data: parts.map(({ label, value, text }, index) => ({
            ...{ name: label, value, itemStyle: { color: COLORS[index % COLORS.length] } },
            label: { formatter: () => `${label}\n${text}` },
            labelLine: { lineStyle: { color: COLORS[index % COLORS.length] } },
          })),
        },
      },
      { width, height: 240 },
    ),
  );
}
