import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../database/projectRoot.ts";

/** Columns that tell the rows of a view apart, in order, by `schema.view`. */
export type ViewKeys = ReadonlyMap<string, readonly string[]>;

/** Reads them from prisma/schema.prisma, where each view declares `@unique` or `@@unique`. */
export function readViewKeys(): ViewKeys {
  return viewKeysOf(readFileSync(join(projectRoot, "prisma", "schema.prisma"), "utf8"));
}

/** The same, of the text of a schema as `prisma format` writes it. A view that declares no key is left out. */
export function viewKeysOf(schema: string): ViewKeys {
  const keys = new Map<string, readonly string[]>();
  for (const [, model = "", body = ""] of schema.matchAll(/^view (\w+) \{\n(.*?)^\}/gms)) {
    const key = keyColumns(body);
    if (key.length === 0) continue;
    const name = /^\s*@@map\("(.+?)"\)/m.exec(body)?.[1] ?? model;
    const postgresSchema = /^\s*@@schema\("(.+?)"\)/m.exec(body)?.[1] ?? "public";
    keys.set(`${postgresSchema}.${name}`, key);
  }
  return keys;
}

function keyColumns(body: string): string[] {
  const columns = new Map<string, string>();
  let single: string | undefined;
  for (const [line, field = ""] of body.matchAll(/^ +(\w+) .*$/gm)) {
    const column = / @map\("(.+?)"\)/.exec(line)?.[1] ?? field;
    columns.set(field, column);
    if (/ @(unique|id)\b/.test(line)) single ??= column;
  }
  if (single !== undefined) return [single];
  const together = /^\s*@@(?:unique|id)\(\[(.+?)\]/m.exec(body)?.[1]?.split(/,\s*/) ?? [];
  return together.map((field) => columns.get(field) ?? field);
}
