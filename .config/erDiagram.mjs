/**
 * Draws the star as a Mermaid `erDiagram` out of schema.prisma (`npm run docs:diagram`).
 *
 *     node .config/erDiagram.mjs [FILE]           puts it between the markers in FILE (README.md), or prints it
 *     node .config/erDiagram.mjs --check [FILE]   exit code 1 where FILE shows another one
 *
 * The diagram is for a newcomer: the tables of ingestion_layer, whole, and how they refer to each other. What they refer to
 * in `operations` (the run, the file and the key behind a row) is alike for all of them, and is named below the picture.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const STAR = "ingestion_layer";
const [BEGIN, END] = ["<!-- er-diagram -->", "<!-- /er-diagram -->"];

const SCALARS = {
  BigInt: "bigint",
  Boolean: "boolean",
  DateTime: "timestamp",
  Decimal: "numeric",
  Int: "integer",
  Json: "jsonb",
  String: "text",
};

/** The argument of an attribute such as `@map("x")`, without its quotes or brackets. */
const argument = (text, attribute) =>
  new RegExp(`${attribute}\\(\\s*["[]?([^")\\]]*)["\\]]?`).exec(text)?.[1];

/** The blocks of one kind (`model`, `enum`) in a schema that `prisma format` wrote: one field a line. */
function blocksOf(schema, kind) {
  return [...schema.matchAll(new RegExp(`^${kind} (\\w+) \\{\\n(.*?)^\\}`, "gms"))].map(([, name, body]) => {
    const lines = body.split("\n").map((line) => line.trim());
    const about = lines.filter((line) => line.startsWith("@@")).join("\n");
    return {
      name,
      table: argument(about, "@@map") ?? name,
      schema: argument(about, "@@schema"),
      key: (argument(about, "@@id") ?? "").split(/,\s*/),
      lines: lines.filter((line) => /^[a-z]/.test(line)),
    };
  });
}

/** Tables with their columns and references, under the names that they have in the database. */
function readModels(schema) {
  const blocks = blocksOf(schema, "model");
  const enums = new Map(blocksOf(schema, "enum").map(({ name, table }) => [name, table]));
  const tables = new Map(blocks.map(({ name, table, schema: of }) => [name, { table, schema: of }]));
  return blocks.map(({ table, schema: of, key, lines }) => {
    const fields = lines.map((line) => {
      const [, field, type, optional, attributes] = /^(\w+)\s+(\w+)(?:\[\]|(\?))?\s*(.*)$/.exec(line) ?? [];
      return { field, type, isOptional: optional !== undefined, attributes };
    });
    const columnOf = ({ field, attributes }) => argument(attributes, "(?<!@)@map") ?? field;
    const references = fields
      .filter(({ attributes }) => attributes.includes("@relation(") && attributes.includes("fields:"))
      .map(({ type, isOptional, attributes }) => {
        const by = argument(attributes.replace("fields: ", "fields("), "fields").split(/,\s*/);
        return { to: tables.get(type), fields: by, isOptional };
      });
    const columns = fields
      .filter(({ type }) => !tables.has(type))
      .map((entry) => ({
        field: entry.field,
        name: columnOf(entry),
        type: /@db\.(\w+)/.exec(entry.attributes)?.[1].toLowerCase().replace("decimal", "numeric"),
        plainType: enums.get(entry.type) ?? SCALARS[entry.type] ?? entry.type,
        keys: [
          ...(/@id\b/.test(entry.attributes) || key.includes(entry.field) ? ["PK"] : []),
          ...(references.some(({ fields: by }) => by.includes(entry.field)) ? ["FK"] : []),
          ...(/@unique\b/.test(entry.attributes) ? ["UK"] : []),
        ],
      }));
    const nameOf = (field) => columns.find((column) => column.field === field)?.name ?? field;
    return {
      table,
      schema: of,
      columns,
      references: references.map((reference) => ({ ...reference, columns: reference.fields.map(nameOf) })),
    };
  });
}

/** The diagram with the sentence below it, as Markdown. */
function diagramOf(schema) {
  const star = readModels(schema).filter((model) => model.schema === STAR);
  if (star.length === 0) throw new Error(`schema.prisma has no model with @@schema("${STAR}").`);
  // Facts first: Mermaid puts first what it reads first.
  star.sort((left, right) => Number(right.table.startsWith("fct_")) - Number(left.table.startsWith("fct_")));
  const relations = star.flatMap(({ table, references }) =>
    references
      .filter(({ to }) => to.schema === STAR)
      .map(
        ({ to, columns, isOptional }) =>
          `  ${to.table} ${isOptional ? "|o" : "||"}--o{ ${table} : ${columns.join("_")}`,
      ),
  );
  const entities = star.flatMap(({ table, columns }) => [
    `  ${table} {`,
    ...columns.map(({ name, type, plainType, keys }) =>
      `    ${type ?? plainType} ${name} ${keys.join(", ")}`.trimEnd(),
    ),
    "  }",
  ]);
  const outside = new Set(
    star.flatMap(({ references }) =>
      references.filter(({ to }) => to.schema !== STAR).map(({ to }) => `\`${to.schema}.${to.table}\``),
    ),
  );
  const below =
    outside.size === 0
      ? []
      : ["", `Not drawn: where the rows come from, by reference to ${[...outside].sort().join(", ")}.`];
  return ["```mermaid", "erDiagram", ...relations, ...entities, "```", ...below].join("\n");
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false } },
});
const file = positionals[0] ?? join(root, "README.md");
const shown = relative(process.cwd(), file) || file;
const diagram = diagramOf(await readFile(join(root, "prisma", "schema.prisma"), "utf8"));
const text = await readFile(file, "utf8").catch((error) => {
  if (error.code === "ENOENT") return "";
  throw error;
});
const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];

if (begin === -1 || end < begin) {
  if (values.check) {
    process.stderr.write(
      `${shown} has no place for the diagram: a line ${BEGIN} and, after it, a line ${END}\n`,
    );
    process.exitCode = 1;
  } else {
    process.stdout.write(`${diagram}\n`);
  }
} else {
  const updated = `${text.slice(0, begin)}${BEGIN}\n\n${diagram}\n\n${text.slice(end)}`;
  if (updated === text) process.stdout.write(`The diagram in ${shown} is that of schema.prisma.\n`);
  else if (values.check) {
    process.stderr.write(`The diagram in ${shown} is not that of schema.prisma. Run: npm run docs:diagram\n`);
    process.exitCode = 1;
  } else {
    await writeFile(file, updated);
    process.stdout.write(`The diagram in ${shown} was redrawn.\n`);
  }
}
