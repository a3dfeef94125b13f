import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientBase, Pool } from "pg";
import { projectRoot } from "../projectRoot.ts";
import { SCHEMAS } from "../roles/rights.ts";
import { sqlFile } from "../sqlFile.ts";
import { DECLARED_LINEAGE } from "./declaredLineage.ts";
import type { LineageStep, Model } from "./model.ts";
import { parseSchema } from "./parseSchema.ts";

const viewLineage = sqlFile(new URL("./viewLineage.sql", import.meta.url));

/**
 * Reads prisma/schema.prisma, which says of everything what it means, and asks a migrated database what its views read.
 * Neither changes while a program runs: once is enough.
 *
 * @param client any connection; the reader's is enough
 */
export async function readModel(client: Pick<ClientBase | Pool, "query">): Promise<Model> {
  return { ...readSchema(), lineage: [...DECLARED_LINEAGE, ...(await readViewLineage(client))] };
}

/** The part of it that needs no database. */
export function readSchema(): Omit<Model, "lineage"> {
  return parseSchema(readFileSync(join(projectRoot, "prisma", "schema.prisma"), "utf8"));
}

async function readViewLineage(client: Pick<ClientBase | Pool, "query">): Promise<LineageStep[]> {
  const { rows } = await viewLineage.run<
    Record<"view_schema" | "view_name" | "read_schema" | "read_name", string>
  >(client, { schemas: SCHEMAS });
  return rows.map((row) => ({
    from: { kind: "table", schema: row.read_schema, name: row.read_name },
    to: { kind: "table", schema: row.view_schema, name: row.view_name },
  }));
}
