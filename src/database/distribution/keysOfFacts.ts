import type { ClientBase, QueryResultRow } from "pg";
import { sqlFile } from "../sqlFile.ts";
import { hasCitus } from "./hasCitus.ts";
import { whenFree, whenHeld, type RequireHeld } from "./shortLocks.ts";
import { KEYS_NOT_KEPT, type KeyNotKept } from "./whichTables.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const missingKeys = sql("missingKeys");
const altering = (name: string, { child, constraint, child_column, parent, parent_column }: KeyNotKept) =>
  sqlFile(new URL(`./${name}.sql`, import.meta.url), {
    ...{ child, constraint, child_column, parent, parent_column },
  });

interface MissingKey extends QueryResultRow {
  readonly child: string;
  readonly constraint: string;
  readonly is_gone: boolean;
}

/**
 * The foreign keys that facts on one machine lack, or that are not known to hold for all rows. A way to the nodes that was broken
 * off leaves that behind, and nothing else does: a database without Citus is not asked.
 */
export async function keysLeftAway(client: Pick<ClientBase, "query">): Promise<readonly KeyNotKept[]> {
  if (!(await hasCitus(client))) return [];
  return (await missing(client)).map(({ key }) => key);
}

/**
 * Puts them back: at once for what is written from now on, and then for the rows that are there. Readers are not kept waiting.
 *
 * @throws what PostgreSQL says of rows that refer to nothing; the key holds for new ones then
 */
export async function putKeysBack(client: ClientBase, requireHeld: RequireHeld): Promise<void> {
  for (const { key, isGone } of await missing(client))
    if (isGone) await whenFree(client, requireHeld, () => altering("addKey", key).run(client));
  for (const { key } of await missing(client))
    await whenHeld(client, requireHeld, () => altering("validateKey", key).run(client));
}

async function missing(client: Pick<ClientBase, "query">) {
  const { rows } = await missingKeys.run<MissingKey>(client, { own_keys: JSON.stringify(KEYS_NOT_KEPT) });
  return rows.flatMap(({ child, constraint, is_gone: isGone }) =>
    KEYS_NOT_KEPT.filter((key) => key.child === child && key.constraint === constraint).map((key) => ({
      ...{ key, isGone },
    })),
  );
}
