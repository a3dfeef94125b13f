import type { ClientBase } from "pg";
import { noteDistributed } from "./distributedSessions.ts";
import { onlyRow, sqlFile } from "../sqlFile.ts";

const statement = sqlFile(new URL("./areFactsDistributed.sql", import.meta.url));

/** Whether the facts are spread over the nodes of a cluster; asked of a database that has Citus. */
export async function areFactsDistributed(client: Pick<ClientBase, "query">): Promise<boolean> {
  return onlyRow(await statement.run<{ found: boolean }>(client)).found;
}

/** Notes of a session of its own whether the facts are distributed, so that it is given the statements for that. */
export async function noteIfDistributed(client: ClientBase, isOfCluster: boolean): Promise<void> {
  if (isOfCluster && (await areFactsDistributed(client))) noteDistributed(client);
}
