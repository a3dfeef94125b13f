import type { ClientBase } from "pg";
import { isDistributed } from "../../database/distribution/distributedSessions.ts";
import type { ModelTable } from "../../database/model/model.ts";
import { onlyRow, sqlFile } from "../../database/sqlFile.ts";

const readsFactsSql = sqlFile(new URL("./readsFacts.sql", import.meta.url));

/** Whether the nodes of a cluster are asked for the rows of a view. Most views read rollups, which the coordinator has. */
export async function readsFactsOnNodes(
  client: ClientBase,
  { schema, name }: Pick<ModelTable, "schema" | "name">,
): Promise<boolean> {
  if (!isDistributed(client)) return false;
  const found = await readsFactsSql.run<{ reads_facts: boolean }>(client, { view: `${schema}.${name}` });
  return onlyRow(found).reads_facts;
}
