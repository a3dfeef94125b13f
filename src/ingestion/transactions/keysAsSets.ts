import type { ClientBase } from "pg";
import { sqlFile } from "../../database/sqlFile.ts";

const checkKeysAsSets = sqlFile(new URL("./checkKeysAsSets.sql", import.meta.url));
const checkKeysByRow = sqlFile(new URL("./checkKeysByRow.sql", import.meta.url));

/** Whether this transaction's writes of facts and their versions go without a check of their foreign keys row by row from now on. */
export async function checksKeysAsSets(client: ClientBase): Promise<boolean> {
  const { rowCount } = await checkKeysAsSets.run(client);
  return rowCount === 1;
}

/** The same, asked without leaving it so. */
export async function mayCheckKeysAsSets(client: ClientBase): Promise<boolean> {
  const may = await checksKeysAsSets(client);
  await checkKeysByRow.run(client);
  return may;
}

/**
 * Writes facts or versions of them without a check of their foreign keys row by row, where this user may. Every row that they
 * refer to is found and locked before the commit, by the caller or the write itself. A write that fails takes the transaction with it, and this
 * setting with that.
 */
export async function withKeysCheckedAsSets(client: ClientBase, write: () => Promise<void>): Promise<void> {
  await checksKeysAsSets(client);
  await write();
  await checkKeysByRow.run(client);
}
