import type pg from "pg";
import { lineageGraph } from "../src/database/model/lineageGraph.ts";
import type { Model } from "../src/database/model/model.ts";
import { readModel } from "../src/database/model/readModel.ts";
import { ROLLUP_NAMES, rollupTable, type RollupName } from "../src/database/rollups.ts";
import { SOURCES, type SourceName } from "../src/sources/contracts.ts";
import type { Selector } from "./selectors.ts";

/** What is to be done of the pipeline, in this order. */
export interface Selection {
  /** As they were written. */
  readonly selectors: readonly string[];
  /** Whose files are loaded. */
  readonly sources: readonly SourceName[];
  /** What is brought to what the facts say: those that are selected, and those that selected views rest on. */
  readonly rollups: readonly RollupName[];
  /** What is shown. */
  readonly views: readonly string[];
}

/**
 * What selectors come to in a database's graph. A source or a table of the star is loaded from files, a rollup is rebuilt, a view
 * is shown, once the rollups that it rests on are rebuilt. Of tables that an operator adds nothing is done: what
 * fills them is added as well, or was not asked for.
 */
export function selectionOf(
  model: Pick<Model, "tables" | "lineage">,
  selectors: readonly Selector[],
): Selection {
  const graph = lineageGraph(model);
  const selected = new Set<string>();
  const add = (names: Iterable<string>): void => {
    for (const name of names) selected.add(name);
  };
  for (const { name, withAbove, withBelow } of selectors) {
    const own = [name, ...graph.sourcesOf(name)];
    const above = withAbove ? [...own, ...graph.above(name)] : own;
    add(above);
    if (withAbove) add(SOURCES.filter((source) => above.includes(source)).flatMap(graph.neededBefore));
    if (withBelow) add(graph.below(name));
  }
  const views = graph.nodes
    .filter(({ kind, name }) => kind === "view" && selected.has(name))
    .map(({ name }) => name);
  const under = new Set(views.flatMap((view) => [...graph.above(view)]));
  return {
    selectors: selectors.map(({ text }) => text),
    sources: SOURCES.filter((source) => selected.has(source)),
    rollups: ROLLUP_NAMES.filter((name) => [selected, under].some((names) => names.has(rollupTable(name)))),
    views,
  };
}

/** The same, in the graph of the database that is open. */
export async function selectionIn(pool: pg.Pool, selectors: readonly Selector[]): Promise<Selection> {
  return selectionOf(await readModel(pool), selectors);
}

/** A selection as it is named to people and programs: rollups by their names in the database. */
export interface SelectionJson {
  readonly sources: readonly string[];
  readonly rollups: readonly string[];
  readonly views: readonly string[];
}

export function selectionAsJson({
  sources,
  rollups,
  views,
}: Pick<Selection, "sources" | "rollups" | "views">): SelectionJson {
  return { sources, rollups: rollups.map(rollupTable), views };
}
