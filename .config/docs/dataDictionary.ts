import {
  neighboursOf,
  referencesOf,
  type Enumeration,
  type Model,
  type ModelColumn,
  type ModelTable,
  type Place,
} from "../../src/database/model/model.ts";
import { lineageDiagram } from "./lineageDiagram.ts";
import { code, table } from "./markdown.ts";

/** Every table and view with every column, and what comes from where. */
export function dataDictionary(model: Model): string {
  const schemas = [...new Set(model.tables.map(({ schema }) => schema))];
  return [
    "# Data dictionary",
    "<!-- Written by `npm run docs`: change the comments in schema.prisma and run that. -->",
    "Every table and view, with what its columns mean. `key` are the columns that tell rows apart.",
    "## Lineage",
    "From the files to the answers. Which tables a file feeds is said in `src/database/model/declaredLineage.ts`; what a view reads, the database says.",
    lineageDiagram(model),
    ...schemas.flatMap((schema) => [
      `## ${schema}`,
      ...model.tables.filter((each) => each.schema === schema).flatMap((each) => tableSection(each, model)),
    ]),
    "## Types",
    ...model.enumerations.flatMap(typeSection),
  ].join("\n\n");
}

function tableSection(of: ModelTable, model: Model): string[] {
  const { from, into } = neighboursOf(of, model.lineage);
  const [sources, readers] = [from.map(linkTo), into.map(linkTo)];
  const flow = [
    ...(sources.length > 0 ? [`From ${sources.join(", ")}.`] : []),
    ...(readers.length > 0 ? [`Into ${readers.join(", ")}.`] : []),
  ];
  return [
    `### ${of.name}`,
    `${of.kind === "operations" ? "" : `A ${of.kind}. `}${of.description}`,
    ...(flow.length > 0 ? [flow.join(" ")] : []),
    table(
      ["column", "type", "null", "key", "meaning"],
      of.columns.map((column) => columnRow(of, column)),
    ),
  ];
}

function columnRow(of: ModelTable, { name, type, isNullable, isUnique, description }: ModelColumn): string[] {
  const keys = [
    ...(of.key.includes(name) ? ["key"] : []),
    ...(isUnique ? ["unique"] : []),
    ...referencesOf(of, name).map(({ to, column }) => `→ [${to.name}](#${to.name}).${column}`),
  ];
  return [code(name), type, isNullable ? "yes" : "", keys.join(", "), description];
}

const linkTo = (place: Place): string =>
  place.kind === "file" ? `the ${place.name} files` : `[${place.name}](#${place.name})`;

function typeSection({ name, description, values }: Enumeration): string[] {
  const rows = values.map((value) => [code(value.name), value.description]);
  return [`### ${name}`, description, table(["value", "meaning"], rows)];
}
