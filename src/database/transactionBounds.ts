import type { ClientBase } from "pg";
import { isDistributed } from "./distribution/distributedSessions.ts";
import { commitOnNodes } from "./distribution/wholeCommits.ts";
import { sqlFile } from "./sqlFile.ts";

const emptyTemporaryTables = sqlFile(new URL("./emptyTemporaryTables.sql", import.meta.url));

/** Clients that are inside a transaction of their own, which outlasts whatever begins and ends on them. */
const nesting = new WeakSet<ClientBase>();

/** From now on what begins on a client, which is in a transaction, is a part of that, undone on its own when it fails. */
export function nestTransactionsOf(client: ClientBase): void {
  nesting.add(client);
}

/** Begins a transaction, or a part of the one that the client is in. Each statement sees what is committed by then. */
export async function beginTransaction(client: ClientBase): Promise<void> {
  if (nesting.has(client)) await client.query("SAVEPOINT part");
  else await client.query("BEGIN");
}

/** Ends it. A part does what a commit does besides: deferred constraints are checked, and staging tables are empty afterwards. */
export async function commitTransaction(client: ClientBase): Promise<void> {
  if (!nesting.has(client)) {
    if (isDistributed(client)) await commitOnNodes(client);
    else await client.query("COMMIT");
    return;
  }
  await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  await client.query("SET CONSTRAINTS ALL DEFERRED");
  await emptyTemporaryTables.run(client);
  await client.query("RELEASE SAVEPOINT part");
}

/** Undoes it. */
export async function rollBackTransaction(client: ClientBase): Promise<void> {
  if (!nesting.has(client)) {
    await client.query("ROLLBACK");
    return;
  }
  await client.query("ROLLBACK TO SAVEPOINT part");
  await client.query("RELEASE SAVEPOINT part");
}
