import { BarChart, HeatmapChart, PieChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, VisualMapComponent } from "echarts/components";
import { init, use, type EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, HeatmapChart, PieChart, GridComponent, MarkLineComponent, VisualMapComponent, SVGRenderer]);

/** Colours are names of the style sheet's, so that a chart is drawn once for light and dark. */
export const INK = "var(--ink)";
export const SOFT = "var(--soft)";
export const LINE = "var(--line)";
export const MARK = "var(--mark)";

/** In pixels of the drawing; the page scales it to the room there is. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a chart as SVG that a strict content security policy lets through: fonts as attributes, no style sheet of its own.
 */
export function draw(option: EChartsCoreOption, size: Size): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: "inherit" }, ...option });
    return plain(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

const DROPPED = / (?:ecmeta_\w+|class|pointer-events|xml:space|xmlns:xlink|version|baseProfile)="[^"]*"/g;

function plain(svg: string): string {
  return svg.replace(/<style[\s\S]*?<\/style>/g, "").replace(/<[^>]+>/g, (tag) =>
    tag
      .replace(/ style="([^"]*)"/g, (_match, style: string) => fontAttributes(style))
      .replace(DROPPED, "")
      // A tenth of a pixel is enough.
      .replace(/(\d\.\d)\d+/g, "$1"),
  );
}

function fontAttributes(style: string): string {
  return style
    .split(";")
    .map((rule) => rule.split(":"))
    .filter(([name = ""]) => ["font-size", "font-weight"].includes(name.trim()))
    .map(([name = "", value = ""]) => ` ${name.trim()}="${value.trim()}"`)
    .join("");
}
