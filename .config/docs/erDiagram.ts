import { readSchema } from "../../src/database/model/readModel.ts";
import type { ModelTable, Reference } from "../../src/database/model/model.ts";
import { code } from "./markdown.ts";

const STAR = "ingestion_layer";

/**
 * The star as a Mermaid `erDiagram`, for a newcomer: the tables of ingestion_layer, whole, and how they refer to each other.
 * What they refer to in `operations` (the run, the file and the key behind a row) is alike for all of them, and is named below
 * the picture.
 */
export function erDiagram(): string {
  const star = readSchema()
    .tables.filter(({ schema }) => schema === STAR)
    // Facts first: Mermaid puts first what it reads first.
    .sort((left, right) => Number(right.name.startsWith("fct_")) - Number(left.name.startsWith("fct_")));
  const references = star.flatMap((table) => table.references.map((reference) => ({ table, reference })));
  const outside = references.flatMap(({ reference: { to } }) =>
    to.schema === STAR ? [] : [code(`${to.schema}.${to.name}`)],
  );
  return [
    "```mermaid",
    "erDiagram",
    ...references
      .filter(({ reference }) => reference.to.schema === STAR)
      .map(({ table, reference }) => relation(table, reference)),
    ...star.flatMap(entity),
    "```",
    "",
    `Not drawn: where the rows come from, by reference to ${[...new Set(outside)].sort().join(", ")}.`,
  ].join("\n");
}

function relation({ name }: ModelTable, { to, columns, isOptional }: Reference): string {
  return `  ${to.name} ${isOptional ? "|o" : "||"}--o{ ${name} : ${columns.join("_")}`;
}

function entity({ name, columns, key, references }: ModelTable): string[] {
  const marks = (column: string, isUnique: boolean): string =>
    [
      ...(key.includes(column) ? ["PK"] : []),
      ...(references.some((reference) => reference.columns.includes(column)) ? ["FK"] : []),
      ...(isUnique ? ["UK"] : []),
    ].join(", ");
  const lines = columns.map((column) =>
    // Mermaid takes no comma in a type.
    `    ${column.type.replace(/\(.*\)/, "")} ${column.name} ${marks(column.name, column.isUnique)}`.trimEnd(),
  );
  return [`  ${name} {`, ...lines, "  }"];
}
