import type { Model } from "../../src/database/model/model.ts";
import { errorsTable, reasonsTables } from "./codes.ts";
import { commandReference, commandsTable } from "./commands.ts";
import { dataDictionary } from "./dataDictionary.ts";
import { erDiagram } from "./erDiagram.ts";
import { metricsTable } from "./metrics.ts";
import { settingsTable } from "./settings.ts";

/** Something to read that is made of the code. */
export interface Document {
  /** Path from the project's root. */
  readonly file: string;
  /** Name of its markers in the file, `<!-- name -->` and `<!-- /name -->`; absent: it is the whole file. */
  readonly part?: string;
  /** Its text, without a line end. `model` starts a database: only what tells of lineage asks for it. */
  readonly text: (model: () => Promise<Model>) => string | Promise<string>;
}

/** All of them. */
export const DOCUMENTS: readonly Document[] = [
  { file: "README.md", part: "commands", text: commandsTable },
  { file: "README.md", part: "settings", text: settingsTable },
  { file: "README.md", part: "reasons", text: reasonsTables },
  { file: "README.md", part: "errors", text: errorsTable },
  { file: "README.md", part: "metrics", text: metricsTable },
  { file: "README.md", part: "er-diagram", text: erDiagram },
  { file: "src/cli/REFERENCE.md", text: commandReference },
  { file: "prisma/DATA_DICTIONARY.md", text: async (model) => dataDictionary(await model()) },
];
