import type { ClientBase, QueryResultRow } from "pg";
import { sqlFile } from "../sqlFile.ts";
import { hasCitus } from "./hasCitus.ts";
import { whenFree, whenHeld, type RequireHeld } from "./shortLocks.ts";
import { DISTRIBUTED_TABLES, KEYS_NOT_KEPT, type KeyNotKept } from "./whichTables.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const missingKeys = sql("missingKeys");
const leftIndexes = sql("leftIndexes");
const altering = (name: string, { child, constraint, child_column, parent, parent_column }: KeyNotKept) =>
  sqlFile(new URL(`./${name}.sql`, import.meta.url), {
    ...{ child, constraint, child_column, parent, parent_column },
  });

interface MissingKey extends QueryResultRow {
  readonly child: string;
  readonly constraint: string;
  readonly is_gone: boolean;
}

/** What facts on one machine are without, or have too much, since a way to the nodes was broken off. Nothing else leaves that behind. */
export interface LeftOfDistributing {
  /** Foreign keys that are gone. */
  readonly gone: readonly KeyNotKept[];
  /** Those that hold for what was written since they are back, and are not known to hold for all rows. */
  readonly unproven: readonly KeyNotKept[];
  /** Indexes of which nobody has made keys. */
  readonly indexes: readonly string[];
}

/** A database without Citus is not asked. */
export async function leftOfDistributing(client: Pick<ClientBase, "query">): Promise<LeftOfDistributing> {
  if (!(await hasCitus(client))) return { gone: [], unproven: [], indexes: [] };
  const { rows } = await missingKeys.run<MissingKey>(client, { own_keys: JSON.stringify(KEYS_NOT_KEPT) });
  const keysThat = (areGone: boolean): KeyNotKept[] =>
    rows
      .filter((row) => row.is_gone === areGone)
      .flatMap(({ child, constraint }) =>
        KEYS_NOT_KEPT.filter((key) => key.child === child && key.constraint === constraint),
      );
  const tables = DISTRIBUTED_TABLES.map(({ table }) => table);
  const indexes = await leftIndexes.run<{ index: string }>(client, { tables });
  return { gone: keysThat(true), unproven: keysThat(false), indexes: indexes.rows.map(({ index }) => index) };
}

/** Gives a table its foreign key back, for what is written from now on. Readers are kept waiting for a moment at most. */
export function addKey(client: ClientBase, requireHeld: RequireHeld, key: KeyNotKept): Promise<void> {
  return whenFree(client, requireHeld, () => altering("addKey", key).run(client));
}

/**
 * Looks whether it holds for the rows that are there, which reads them all. Nobody waits for that.
 *
 * @throws what PostgreSQL says of rows that refer to nothing; the key holds for new ones then
 */
export function proveKey(client: ClientBase, requireHeld: RequireHeld, key: KeyNotKept): Promise<void> {
  return whenHeld(client, requireHeld, () => altering("validateKey", key).run(client));
}

/** Drops an index that was left. */
export function dropLeftIndex(client: ClientBase, requireHeld: RequireHeld, index: string): Promise<void> {
  return whenFree(client, requireHeld, () =>
    sqlFile(new URL("./dropIndex.sql", import.meta.url), { index }).run(client),
  );
}
