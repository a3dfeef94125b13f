import type { Model, ModelTable, Place } from "../../src/database/model/model.ts";

/** What the boxes are called that places are drawn in, from left to right. */
const BOXES = {
  files: "files",
  operations: "what is noted of loads",
  star: "ingestion_layer",
  rollups: "rollups",
  views: "views",
} as const;

/** From files to views, as a Mermaid flow chart. */
export function lineageDiagram({ tables, lineage }: Model): string {
  const places = new Map(lineage.flatMap(({ from, to }) => [from, to]).map((place) => [idOf(place), place]));
  const boxes = Object.entries(BOXES).map(([box, title]) => [
    `  subgraph ${box}["${title}"]`,
    ...[...places]
      .filter(([, place]) => boxOf(place, tables) === box)
      .map(([id, { name }]) => `    ${id}["${name}"]`),
    "  end",
  ]);
  return [
    "```mermaid",
    "flowchart LR",
    ...boxes.flat(),
    ...lineage.map(({ from, to }) => `  ${idOf(from)} --> ${idOf(to)}`),
    "```",
  ].join("\n");
}

const idOf = (place: Place): string =>
  place.kind === "file" ? `file_${place.name}` : `${place.schema}_${place.name}`;

function boxOf(place: Place, tables: readonly ModelTable[]): keyof typeof BOXES {
  if (place.kind === "file") return "files";
  const kind = tables.find(({ schema, name }) => schema === place.schema && name === place.name)?.kind;
  if (kind === "view") return "views";
  if (kind === "rollup") return "rollups";
  return kind === "operations" ? "operations" : "star";
}
