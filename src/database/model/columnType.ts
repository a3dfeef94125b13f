import type { SchemaField } from "./schemaBlocks.ts";

/** What Prisma's types are in PostgreSQL, where the field does not say. */
const TYPES: Readonly<Record<string, string>> = {
  BigInt: "bigint",
  Boolean: "boolean",
  Bytes: "bytea",
  DateTime: "timestamp(3)",
  Decimal: "numeric(65,30)",
  Float: "double precision",
  Int: "integer",
  Json: "jsonb",
  String: "text",
};

/**
 * The type of a column in PostgreSQL's words, the short ones (`timestamptz`).
 *
 * @param enumerations names in the database by names in the schema
 */
export function columnType(field: SchemaField, enumerations: ReadonlyMap<string, string>): string {
  const type =
    nativeType(field.attributes) ??
    /^Unsupported\("(\w+)"\)$/.exec(field.type)?.[1] ??
    enumerations.get(field.type) ??
    TYPES[field.type];
  if (type === undefined) throw new Error(`the schema has no type that is called ${field.type}`);
  return field.isList ? `${type}[]` : type;
}

/** `@db.Decimal(18, 2)` as `numeric(18,2)`. */
function nativeType(attributes: string): string | undefined {
  const [, name, precision] = /@db\.(\w+)(?:\(([\d, ]+)\))?/.exec(attributes) ?? [];
  if (name === undefined) return undefined;
  const type = name === "Decimal" ? "numeric" : name.toLowerCase();
  // Microseconds are what PostgreSQL keeps unless told otherwise, so it does not say so either.
  if (precision === undefined || (type.startsWith("time") && precision === "6")) return type;
  return `${type}(${precision.replaceAll(" ", "")})`;
}
