import type { ClientBase } from "pg";
import { onlyRow, sqlFile } from "../sqlFile.ts";

const statement = sqlFile(new URL("./areFactsDistributed.sql", import.meta.url));

/** Whether the facts are spread over the nodes of a cluster; asked of a database that has Citus. */
export async function areFactsDistributed(client: Pick<ClientBase, "query">): Promise<boolean> {
  return onlyRow(await statement.run<{ found: boolean }>(client)).found;
}
