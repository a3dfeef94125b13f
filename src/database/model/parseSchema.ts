import { columnType } from "./columnType.ts";
import type { Model, ModelTable, Reference, TableKind, TableName } from "./model.ts";
import { schemaBlocks, type SchemaBlock, type SchemaField } from "./schemaBlocks.ts";

/** What a Prisma schema says, as `prisma format` writes it: under the names of the database. */
export function parseSchema(schema: string): Omit<Model, "lineage"> {
  const blocks = schemaBlocks(schema);
  const enums = blocks.filter(({ keyword }) => keyword === "enum");
  const named: Named = {
    tables: new Map(blocks.filter((block) => !enums.includes(block)).map((block) => [block.name, block])),
    enumerations: new Map(enums.map((block) => [block.name, nameOf(block).name])),
  };
  return {
    tables: [...named.tables.values()].map((block) => tableOf(block, named)),
    enumerations: enums.map((block) => ({
      ...nameOf(block),
      description: block.description,
      values: block.fields.map((value) => ({ name: columnName(value), description: value.description })),
    })),
  };
}

/** What a field's type may be, by its name in the schema. */
interface Named {
  readonly tables: ReadonlyMap<string, SchemaBlock>;
  readonly enumerations: ReadonlyMap<string, string>;
}

function tableOf(block: SchemaBlock, named: Named): ModelTable {
  const columns = block.fields.filter(({ type }) => !named.tables.has(type));
  const key = keyOf(block);
  return {
    ...nameOf(block),
    kind: kindOf(block),
    description: block.description,
    key: key.map((field) => columnOf(block, field)),
    columns: columns.map((field) => ({
      name: columnName(field),
      type: columnType(field, named.enumerations),
      isNullable: field.isOptional,
      isUnique: !key.includes(field.name) && /@unique\b/.test(field.attributes),
      description: field.description,
    })),
    references: block.fields.flatMap((field) => referenceOf(block, field, named) ?? []),
  };
}

/** The names in brackets or quotes after `before`, as in `fields: [storeKey, validTo]` or `@@map("dim_stores")`. */
function listed(text: string, before: string): string[] {
  const found = new RegExp(`${before}\\(?\\[?"?([^"\\])]+)`).exec(text)?.[1];
  return found?.split(/,\s*/) ?? [];
}

function nameOf({ name, attributes }: SchemaBlock): TableName {
  return {
    schema: listed(attributes, "@@schema")[0] ?? "public",
    name: listed(attributes, "@@map")[0] ?? name,
  };
}

const columnName = ({ name, attributes }: SchemaField): string => listed(attributes, "@map")[0] ?? name;

/** The name in the database of a field that another part of the schema names. */
function columnOf(block: SchemaBlock, name: string): string {
  const field = block.fields.find((each) => each.name === name);
  if (field === undefined) throw new Error(`${block.name} of the schema has no field ${name}`);
  return columnName(field);
}

/** Fields that tell rows apart. A view has no primary key: what is unique in it stands for one. */
function keyOf({ keyword, fields, attributes }: SchemaBlock): string[] {
  const mark = keyword === "view" ? "(?:id|unique)" : "id";
  const single = fields.find((field) => new RegExp(`@${mark}\\b`).test(field.attributes));
  return single === undefined ? listed(attributes, `@@${mark}`) : [single.name];
}

function referenceOf(
  block: SchemaBlock,
  { type, isOptional, attributes }: SchemaField,
  { tables }: Named,
): Reference | undefined {
  const target = tables.get(type);
  const fields = listed(attributes, "fields: ");
  // The other end of a relation says nothing that this one does not.
  if (target === undefined || fields.length === 0) return undefined;
  return {
    columns: fields.map((field) => columnOf(block, field)),
    to: nameOf(target),
    toColumns: listed(attributes, "references: ").map((field) => columnOf(target, field)),
    isOptional,
  };
}

/** Prefixes of the tables' names, which say what they are. */
const KINDS = { fct_: "fact", dim_: "dimension", rollup_: "rollup" } as const;

function kindOf(block: SchemaBlock): TableKind {
  const { schema, name } = nameOf(block);
  if (block.keyword === "view") return "view";
  if (schema === "operations") return "operations";
  if (name.endsWith("_history")) return "history";
  const [, kind] = Object.entries(KINDS).find(([prefix]) => name.startsWith(prefix)) ?? [];
  if (kind === undefined)
    throw new Error(`${schema}.${name} begins with none of ${Object.keys(KINDS).join(", ")}`);
  return kind;
}
