import { lineageNodes, type LineageNode } from "../src/database/model/lineageGraph.ts";
import { readSchema } from "../src/database/model/readModel.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import { orMeant } from "../src/sources/nearestName.ts";

export const LAYERS = ["ingestion_layer", "aggregation_layer"] as const;
export type Layer = (typeof LAYERS)[number];

/** One thing that is selected, with what the operators of dbt's graph add to it. */
export interface Selector {
  /** As it was written, such as `+daily_sales`. */
  readonly text: string;
  readonly name: string;
  /** `+name`: with all that it rests on. */
  readonly withAbove: boolean;
  /** `name+`: with all that rests on it. */
  readonly withBelow: boolean;
}

/** What `--select` asks for: halves of the pipeline, or parts of it by name. */
export interface Asked {
  /** Both when nothing is selected, none when parts are. */
  readonly layers: readonly Layer[];
  readonly selectors: readonly Selector[];
}

/**
 * Reads what was selected, each text a name or several with commas between them. Needs no database.
 *
 * @throws TillhouseError `usage_invalid` for a name of nothing, and for a layer beside something else
 */
export function readSelectors(texts: readonly string[]): Asked {
  const words = texts.flatMap((text) => text.split(",")).map((word) => word.trim());
  if (words.length === 0) return { layers: LAYERS, selectors: [] };
  const layer = LAYERS.find((each) => words.some((word) => word.replace(/^\+|\+$/g, "") === each));
  if (layer !== undefined) {
    if (words.every((word) => word === layer)) return { layers: [layer], selectors: [] };
    throw new TillhouseError(
      "usage_invalid",
      `--select ${layer} is a whole half of the pipeline, and stands alone: leave + and other names out, or select parts by name`,
    );
  }
  const nodes = selectableNodes();
  return { layers: [], selectors: words.map((word) => selectorOf(word, nodes)) };
}

/**
 * The same where a half of the pipeline is nothing to select.
 *
 * @throws TillhouseError `usage_invalid`
 */
export function readParts(texts: readonly string[]): readonly Selector[] {
  const { layers, selectors } = readSelectors(texts);
  if (selectors.length > 0) return selectors;
  throw new TillhouseError(
    "usage_invalid",
    `--select ${layers.join(",")}: here it takes parts of the pipeline by name, such as daily_sales or stores+`,
  );
}

/** All that can be selected by name, but for the layers. */
export function selectableNodes(): readonly LineageNode[] {
  return lineageNodes(readSchema());
}

function selectorOf(text: string, nodes: readonly LineageNode[]): Selector {
  const [, before, name = "", after] = /^(\+?)(.*?)(\+?)$/s.exec(text) ?? [];
  const names = nodes.map((node) => node.name);
  if (names.includes(name)) return { text, name, withAbove: before === "+", withBelow: after === "+" };
  throw new TillhouseError(
    "usage_invalid",
    `no source, table, rollup or view is called ${JSON.stringify(name)}${orMeant(name, names)} ` +
      `There are: ${[...LAYERS, ...names].join(", ")}`,
    { name },
  );
}
