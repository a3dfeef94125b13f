import { readSchema } from "../database/model/readModel.ts";

/** Columns that tell the rows of a view apart, in order, by `schema.view`. */
export type ViewKeys = ReadonlyMap<string, readonly string[]>;

/** Reads them from prisma/schema.prisma, where each view declares `@unique` or `@@unique`. */
export function readViewKeys(): ViewKeys {
  const views = readSchema().tables.filter(({ kind, key }) => kind === "view" && key.length > 0);
  return new Map(views.map(({ schema, name, key }) => [`${schema}.${name}`, key]));
}
