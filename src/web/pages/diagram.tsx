import type { ComponentChildren, VNode } from "preact";
import { curve, layOut, type Box, type Line } from "../charts/layOut.ts";

interface DiagramProps<B extends Box> {
  /** Tells it apart from others on the page. */
  readonly name: string;
  readonly label: string;
  readonly boxes: readonly B[];
  readonly lines: readonly Line[];
  /** Between columns, in pixels. */
  readonly gapPx: number;
  /** What is in a box, from its upper left corner. */
  readonly inside: (box: B) => ComponentChildren;
}

/** Boxes and what leads from one to the other; larger than the screen, it is moved by itself. */
export function Diagram<B extends Box>({ name, label, boxes, lines, gapPx, inside }: DiagramProps<B>): VNode {
  const laidOut = layOut(boxes, lines, gapPx);
  const [width, height] = [Math.ceil(laidOut.width), Math.ceil(laidOut.height)];
  return (
    <div class="diagram" role="region" aria-label={label} tabIndex={0}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <defs>
          <marker
            id={`${name}-arrow`}
            viewBox="0 0 8 8"
            refX="8"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8z" class="arrow" />
          </marker>
        </defs>
        {laidOut.lines.map(({ from, to, points }) => (
          <path key={`${from} ${to}`} class="line" d={curve(points)} marker-end={`url(#${name}-arrow)`} />
        ))}
        {laidOut.boxes.map((box) => (
          <g key={box.id} transform={`translate(${box.x.toFixed(0)} ${box.y.toFixed(0)})`}>
            {inside(box)}
          </g>
        ))}
      </svg>
    </div>
  );
}

/** Letters of a diagram are about so wide, in pixels. */
export const LETTER_PX = 6.7;
