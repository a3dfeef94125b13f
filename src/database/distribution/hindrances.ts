import type { ClientBase, QueryResultRow } from "pg";
import { TillhouseError } from "../../lib/errors.ts";
import { sqlFile } from "../sqlFile.ts";
import { KEYS_NOT_KEPT, type DistributedTable } from "./whichTables.ts";

const hindrances = sqlFile(new URL("./hindrances.sql", import.meta.url));

interface Hindrance extends QueryResultRow {
  readonly table: string;
  readonly what: string;
  readonly named: string;
  readonly remedy: string;
}

/**
 * Passes when nothing of anybody else's keeps tables from being distributed. Asked before anything is changed: Citus says it only of
 * one thing at a time, and not until half of the way.
 *
 * @param tables those of which something is left to do
 * @throws TillhouseError `cluster_unusable` with all that is in the way
 */
export async function requireNoHindrance(
  client: Pick<ClientBase, "query">,
  tables: readonly DistributedTable[],
): Promise<void> {
  const { rows } = await hindrances.run<Hindrance>(client, {
    tables: tables.map(({ table }) => table),
    distributed_by: tables.map(({ by }) => by),
    own_keys: JSON.stringify(KEYS_NOT_KEPT),
  });
  if (rows.length === 0) return;
  const all = rows.map(({ table, what, named, remedy }) => `- ${table}: ${what} (${named}): ${remedy};`);
  throw new TillhouseError(
    "cluster_unusable",
    "The facts cannot be distributed as they are, and nothing is changed. What is on them besides Tillhouse's own, and cannot be " +
      `there on a cluster, with the SQL that takes it away if you can do without:\n${all.join("\n")}`,
    { hindrances: rows.map(({ table, what, named }) => `${what} of ${table}: ${named}`) },
  );
}
