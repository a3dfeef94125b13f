import type { ClientBase } from "pg";
import { onlyRow, sqlFile } from "../sqlFile.ts";

const extensionHere = sqlFile(new URL("./hasCitus.sql", import.meta.url));

/** Whether the database has Citus; asked with no need of anything of it. */
export async function hasCitus(client: Pick<ClientBase, "query">): Promise<boolean> {
  return onlyRow(await extensionHere.run<{ found: boolean }>(client)).found;
}
