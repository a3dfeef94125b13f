import type { ClientBase } from "pg";
import { ROLES } from "../roles/rights.ts";
import { sqlFile } from "../sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const columnsOfTable = sql("columnsOfTable");
const lettingRead = sql("lettingRead");
const letRead = sql("letRead");

/** Columns of facts and versions that no view shows, and that the reader sees on no node either. */
const HIDDEN: readonly string[] = ["card_token", "card_key_id", "card_last4", "digest"];

/** Whether the reader may read on each node, of each piece of a distributed table, what views show of it. */
export async function canReadersRead(client: Pick<ClientBase, "query">, table: string): Promise<boolean> {
  const { rows } = await lettingRead.run<{ is_let: boolean }>(client, await grantOf(client, table));
  return rows.every((row) => row.is_let);
}

/**
 * Lets it. On the coordinator it has no more rights by that: views are read there with their owner's, and the nodes are asked as
 * whoever asks. Pieces that Citus has moved, and columns that were added, are to be let again.
 *
 * @throws where a node refuses
 */
export async function letReadersRead(client: Pick<ClientBase, "query">, table: string): Promise<void> {
  const grant = await grantOf(client, table);
  const { rows } = await letRead.run<{ success: boolean; result: string }>(client, grant);
  const refused = rows.find(({ success }) => !success);
  if (refused !== undefined) throw new Error(`a node does not let the reader read: ${refused.result}`);
}

async function grantOf(client: Pick<ClientBase, "query">, table: string) {
  const { rows } = await columnsOfTable.run<{ name: string }>(client, { table });
  const columns = rows.map(({ name }) => name).filter((name) => !HIDDEN.includes(name));
  return { table, role: ROLES.reader, columns };
}
