import type { ClientBase } from "pg";
import { TillhouseError } from "../../lib/errors.ts";
import { READ_ON_NODES, ROLES } from "../roles/rights.ts";
import { sqlFile } from "../sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const lettingRead = sql("lettingRead");
const letRead = sql("letRead");
const distributedTables = sql("distributedTables");
const temporaryOnNodes = sql("temporaryOnNodes");
const keepTemporary = sql("keepTemporary");

/** Whether the reader may read on each node, of each piece of a distributed table, what it is to, and nothing else. */
async function canReadersRead(client: Pick<ClientBase, "query">, table: string): Promise<boolean> {
  const { rows } = await lettingRead.run<{ is_let: boolean }>(client, grantOf(table));
  return rows.every((row) => row.is_let);
}

/**
 * Lets it. On the coordinator it has no more rights by that: views are read there with their owner's, and the nodes are asked as
 * whoever asks. Pieces that Citus has moved, and columns that were added, are to be let again.
 *
 * @throws TillhouseError `cluster_unusable` where a node refuses
 */
async function letReadersRead(client: Pick<ClientBase, "query">, table: string): Promise<void> {
  const { rows } = await letRead.run<{ success: boolean; result: string }>(client, grantOf(table));
  const refused = rows.find(({ success }) => !success);
  if (refused === undefined) return;
  throw new TillhouseError(
    "cluster_unusable",
    `A node does not let ${ROLES.reader} read what it has of ${table}: ${refused.result}. Mend that there, and run it again.`,
    { table },
  );
}

/**
 * Keeps it from making tables on the nodes, where it can send any statement that it may run: what is revoked on a database does not
 * reach them by itself.
 *
 * @returns whether anything was to be kept from it, and is
 */
async function keepReadersFromWriting(client: Pick<ClientBase, "query">): Promise<boolean> {
  const mayWrite = async (): Promise<boolean> =>
    (await temporaryOnNodes.run<{ may: boolean }>(client, { role: ROLES.reader })).rows.some(
      ({ may }) => may,
    );
  if (!(await mayWrite())) return false;
  await keepTemporary.run(client);
  return !(await mayWrite());
}

/**
 * Lets it of every distributed table of which it may not. It asks each piece on its node, which takes too long for each time that
 * a database is opened: who is refused says what to run.
 *
 * @returns whether anything was to be let
 */
export async function mendReading(client: Pick<ClientBase, "query">): Promise<boolean> {
  const of = { tables: Object.keys(READ_ON_NODES), role: ROLES.reader };
  const { rows } = await distributedTables.run<{ table: string }>(client, of);
  if (rows.length === 0) return false;
  let isMended = await keepReadersFromWriting(client);
  for (const { table } of rows) {
    if (await canReadersRead(client, table)) continue;
    await letReadersRead(client, table);
    isMended = true;
  }
  return isMended;
}

const grantOf = (table: string) => ({ table, role: ROLES.reader, columns: READ_ON_NODES[table] ?? [] });
