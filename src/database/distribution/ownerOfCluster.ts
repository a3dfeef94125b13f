import type { ClientBase, QueryResultRow } from "pg";
import { TillhouseError } from "../../lib/errors.ts";
import { onlyRow, sqlFile } from "../sqlFile.ts";
import { hasCitus } from "./hasCitus.ts";

const ownerOfCluster = sqlFile(new URL("./ownerOfCluster.sql", import.meta.url));

interface OwnerHere extends QueryResultRow {
  readonly role: string;
  readonly remedy: string;
  readonly may_make: boolean;
}

/**
 * Passes when what this user makes can be made on the nodes of the cluster as well, and where there is none.
 *
 * @throws TillhouseError `cluster_unusable` with the SQL for a superuser
 */
export async function requireOwnerOfCluster(client: Pick<ClientBase, "query">): Promise<void> {
  if (!(await hasCitus(client))) return;
  const { role, remedy, may_make } = onlyRow(await ownerOfCluster.run<OwnerHere>(client));
  if (may_make) return;
  throw new TillhouseError(
    "cluster_unusable",
    `Citus has yet to make the role ${role} on the nodes, for which it takes a superuser. As one, in this database of the coordinator, also where it is the owner already: ${remedy}`,
    { role },
  );
}
