import type pg from "pg";
import { TillhouseError } from "../../lib/errors.ts";
import { withPooledTransaction } from "../pool.ts";
import { ROLES } from "../roles/rights.ts";
import { sqlFile } from "../sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const rolesLoggingIn = sql("rolesLoggingIn");
const enterRole = sql("enterRole");
const nodesLettingIn = sql("nodesLettingIn");

/**
 * Passes when the nodes let our roles in, which ask them as themselves. One that may not log in yet on the coordinator either is not
 * asked for: it is to be mended first.
 *
 * @throws TillhouseError `cluster_unusable`
 */
export async function requireRolesLetIn(
  pool: pg.Pool,
  roles: readonly string[] = Object.values(ROLES),
): Promise<void> {
  const { rows } = await rolesLoggingIn.run<{ role: string }>(pool, { roles });
  for (const { role } of rows) {
    const nodes = await withPooledTransaction(pool, async (client) => {
      await enterRole.run(client, { role });
      return nodesLettingIn.run<{ host: string; port: number; lets_in: boolean }>(client);
    });
    for (const { host, port, lets_in: letsIn } of nodes.rows) {
      if (letsIn) continue;
      const node = `${host}:${port}`;
      throw new TillhouseError(
        "cluster_unusable",
        `The node ${node} does not let ${role} log in from the coordinator; nodes are asked as the role at work. Let it in in the node's pg_hba.conf, from the coordinator alone, or say in pg_dist_authinfo how it logs in; and see that it has LOGIN there.`,
        { node, role },
      );
    }
  }
}
