import { selectionAsJson, selectionIn, type Selection } from "../../jobs/selection.ts";
import { LAYERS, selectableNodes, type Asked, type Layer } from "../../jobs/selectors.ts";
import { ROLLUP_NAMES } from "../database/rollups.ts";
import { SOURCES } from "../sources/contracts.ts";
import { FIVE_ANSWERS } from "./answers.ts";
import { withDatabase, type CommandContext } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

/** What a run does about each kind of node that is selected. */
const DOES: Readonly<Record<ReturnType<typeof selectableNodes>[number]["kind"], string>> = {
  source: "loads its files",
  fact: "loads the files that fill it",
  dimension: "loads the files that fill it",
  history: "loads the files that fill it",
  rollup: "brings it to what the facts say",
  view: "does that for the rollups that it rests on, and shows it",
};

/** `job:ingest --list`: what a selection comes to, or without one all that can be selected. Nothing of it is done. */
export async function listSelection(
  context: CommandContext,
  { json }: { readonly json?: boolean },
  { layers, selectors }: Asked,
): Promise<void> {
  if (layers.length === LAYERS.length) {
    const nodes = selectableNodes();
    if (json === true) printJson({ nodes });
    else
      await printTable(
        ["name", "kind", "a run that selects it"],
        nodes.map(({ name, kind }) => [name, kind, DOES[kind]]),
      );
    return;
  }
  const selection =
    selectors.length === 0
      ? ofLayers(layers)
      : await withDatabase(context, "answer", ({ pool }) => selectionIn(pool, selectors));
  const selected = selectionAsJson(selection);
  if (json === true) {
    printJson({ selected });
    return;
  }
  const parts = [
    ["Loads files of", selected.sources],
    ["Brings to what the facts say", selected.rollups],
    ["Shows", selected.views],
  ] as const;
  for (const [does, names] of parts) if (names.length > 0) print(`${does}: ${names.join(", ")}`);
}

function ofLayers(layers: readonly Layer[]): Omit<Selection, "selectors"> {
  return layers.includes("ingestion_layer")
    ? { sources: SOURCES, rollups: [], views: [] }
    : { sources: [], rollups: ROLLUP_NAMES, views: FIVE_ANSWERS };
}
