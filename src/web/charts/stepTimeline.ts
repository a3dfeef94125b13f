import type { StepOfRun } from "../reading/runs.ts";
import { atBothWidths, FONT_PX, labelRoom, shortened, type Drawn } from "./bars.ts";
import { draw, INK, LINE, SOFT } from "./draw.ts";

const COLORS: Readonly<Record<string, string>> = {
  succeeded: "var(--good)",
  running: "var(--busy)",
  failed: "var(--bad)",
};
const OTHER = "var(--idle)";

const ROW_PX = 30;
/** What is shorter is drawn as long, to be seen. */
const LEAST_SHARE = 0.004;

const MILLISECONDS = { from: 0, ms: 1, name: "ms" };
const UNITS = [
  { from: 120_000, ms: 60_000, name: "min" },
  { from: 2_000, ms: 1_000, name: "s" },
  MILLISECONDS,
];

/** Steps as bars along the time of their run; undefined where there is nothing to draw. */
export function stepTimeline(
  steps: readonly StepOfRun[],
  run: { readonly startedAt: Date; readonly finishedAt: Date | null },
  now: Date,
): Drawn | undefined {
  const from = run.startedAt.getTime();
  const wholeMs = (run.finishedAt ?? now).getTime() - from;
  if (steps.length < 2 || wholeMs <= 0) return undefined;
  const unit = UNITS.find(({ from: least }) => wholeMs >= least) ?? MILLISECONDS;
  const bars = steps.map((step) => {
    const begun = Math.max(0, step.startedAt.getTime() - from);
    const took = step.durationMs ?? (step.finishedAt ?? now).getTime() - step.startedAt.getTime();
    return { ...step, begun: begun / unit.ms, took: Math.max(took, wholeMs * LEAST_SHARE) / unit.ms };
  });
  return atBothWidths(["steps", bars, wholeMs], (width) => {
    const room = labelRoom(
      bars.map(({ name }) => name),
      width,
    );
    return draw(
      {
        grid: { left: room + 10, right: 26, top: 2, bottom: 24 },
        xAxis: {
          ...{ type: "value", min: 0, max: wholeMs / unit.ms, splitNumber: 4 },
          splitLine: { showMaxLine: false, lineStyle: { color: LINE } },
          axisLabel: {
            ...{ color: SOFT, fontSize: FONT_PX - 1, hideOverlap: true, showMaxLabel: false },
            formatter: (value: number) => `${Number(value.toFixed(1))} ${unit.name}`,
          },
        },
        yAxis: {
          ...{ type: "category", inverse: true, data: bars.map(({ name }) => shortened(name, room)) },
          ...{ axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } } },
          axisLabel: { color: INK, fontSize: FONT_PX, interval: 0 },
        },
        series: [
          {
            ...{ type: "bar", stack: "time", silent: true, barWidth: 16, itemStyle: { color: "none" } },
            data: bars.map(({ begun }) => begun),
          },
          {
            ...{ type: "bar", stack: "time", silent: true, barWidth: 16 },
            data: bars.map(({ took, status }) => ({
              value: took,
              itemStyle: { color: COLORS[status] ?? OTHER, borderRadius: 3 },
            })),
          },
        ],
      },
      { width, height: bars.length * ROW_PX + 28 },
    );
  });
}
