import * as dagre from "@dagrejs/dagre";

/** What is used of the library: its own types cannot be resolved by TypeScript's rules for modules of Node. */
interface Graph {
  setGraph(label: Readonly<Record<string, string | number>>): void;
  setNode(id: string, size: { readonly width: number; readonly height: number }): void;
  setEdge(from: string, to: string, label: { readonly minlen?: number; readonly weight?: number }): void;
  graph(): { readonly width?: number; readonly height?: number };
  node(id: string): Partial<Point>;
  edge(from: string, to: string): { readonly points?: readonly Point[] };
}

const { Graph: LaidOutGraph, layout } = dagre as unknown as {
  readonly Graph: new () => Graph;
  readonly layout: (graph: Graph) => void;
};

export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly from: string;
  readonly to: string;
  /** How many columns it leads to the right at least: 1 unless said. */
  readonly columns?: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything of a graph is, in pixels; boxes by their upper left corner. */
export interface LaidOut<B extends Box, L extends Line> {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly (B & Point)[];
  readonly lines: readonly (L & { readonly points: readonly Point[] })[];
}

const MARGIN_PX = 8;
const ROOT = "(root)";
/** Kept short before any other line. */
const HEAVY = 1_000;

/**
 * Lays boxes out in columns from left to right, so that lines lead to the right and cross little.
 *
 * @param gapPx between columns
 */
export function layOut<B extends Box, L extends Line>(
  boxes: readonly B[],
  lines: readonly L[],
  gapPx: number,
): LaidOut<B, L> {
  const graph = new LaidOutGraph();
  graph.setGraph({ rankdir: "LR", ranksep: gapPx, nodesep: 14, marginx: MARGIN_PX, marginy: MARGIN_PX });
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { from, to, columns = 1 } of lines) graph.setEdge(from, to, { minlen: columns });
  // What nothing leads to stands at the left.
  graph.setNode(ROOT, { width: 0, height: 0 });
  for (const { id } of boxes)
    if (!lines.some(({ to }) => to === id)) graph.setEdge(ROOT, id, { weight: HEAVY });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  // Nothing is drawn in the root's column.
  const left = Math.min(...boxes.map((box) => middleOf(graph, box.id).x - box.width / 2)) - MARGIN_PX;
  const placed = boxes.map((box) => {
    const { x, y } = middleOf(graph, box.id);
    return { ...box, x: x - box.width / 2 - left, y: y - box.height / 2 };
  });
  const byId = new Map(placed.map((box) => [box.id, box]));
  return {
    ...{ width: width - left, height },
    boxes: placed,
    lines: lines.map((line) => {
      const { points = [] } = graph.edge(line.from, line.to);
      const between = points.slice(1, -1).map(({ x, y }) => ({ x: x - left, y }));
      return {
        ...line,
        points: [...endOf(byId.get(line.from), 1), ...between, ...endOf(byId.get(line.to), 0)],
      };
    }),
  };
}

function middleOf(graph: Graph, id: string): Point {
  const { x = 0, y = 0 } = graph.node(id);
  return { x, y };
}

/** The middle of a side of a box: 0 for the left one, 1 for the right one. */
function endOf(box: (Box & Point) | undefined, side: 0 | 1): Point[] {
  return box === undefined ? [] : [{ x: box.x + side * box.width, y: box.y + box.height / 2 }];
}

/** A curve through points, as the path of an SVG: it leaves and arrives level. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const at = ({ x, y }: Point): string => `${x.toFixed(0)} ${y.toFixed(0)}`;
  let from = first;
  const parts = rest.map((to) => {
    const middle = (from.x + to.x) / 2;
    const part = `C${at({ x: middle, y: from.y })} ${at({ x: middle, y: to.y })} ${at(to)}`;
    from = to;
    return part;
  });
  return `M${at(first)}${parts.join("")}`;
}
