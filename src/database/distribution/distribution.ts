import type { ClientBase, QueryResultRow } from "pg";
import { TillhouseError } from "../../lib/errors.ts";
import { SCHEMAS } from "../roles/rights.ts";
import { onlyRow, sqlFile } from "../sqlFile.ts";
import { requireNoHindrance } from "./hindrances.ts";
import { dropLeftIndex } from "./keysOfFacts.ts";
import { mendReading } from "./readers.ts";
import { whenFree, whenHeld, type RequireHeld } from "./shortLocks.ts";
import { DISTRIBUTED_TABLES, KEYS_NOT_KEPT, whyLocal, type DistributedTable } from "./whichTables.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const standingOfTables = sql("standingOfTables");
const distributeTable = sql("distributeTable");
const distributeTableBeside = sql("distributeTableBeside");
const dropRowsHere = sql("dropRowsHere");
const unknownTypes = sql("unknownTypes");
const nameSchemas = sql("nameSchemas");
const makeTypesKnown = sql("makeTypesKnown");
/** What the catalogue has names for. */
const altering = (name: string, identifiers: Readonly<Record<string, string | readonly string[]>>) =>
  sqlFile(new URL(`./${name}.sql`, import.meta.url), identifiers);

/** What a table becomes, and why. */
export interface TablePlan {
  readonly table: string;
  readonly becomes: "distributed" | "local";
  /** Column that it is distributed by. */
  readonly by?: string;
  readonly why: string;
  /** Whether it is so. A local one always is. */
  readonly isDone: boolean;
}

interface Standing extends QueryResultRow {
  readonly table: string;
  readonly is_distributed: boolean;
  /** How many it is in; of one that is not distributed 0. */
  readonly pieces: number;
  readonly has_rows_here: boolean;
  readonly foreign_keys: readonly string[];
  readonly primary_key: string;
  readonly primary_key_columns: readonly string[];
}

/**
 * A part of the way of a table to the nodes; each is done as a whole, or not at all, and not at all by who may not any more. But for
 * an index that is made while all may read and write, which nobody uses yet.
 */
export interface DistributionStep {
  readonly table: string;
  readonly name: string;
  readonly do: (client: ClientBase, requireHeld: RequireHeld) => Promise<void>;
}

/** What becomes of every table of ours, in a database that has Citus: those that are distributed first. */
export async function planTables(client: Pick<ClientBase, "query">): Promise<readonly TablePlan[]> {
  const standing = await standings(client);
  return [
    ...DISTRIBUTED_TABLES.map((table) => ({
      ...({ table: table.table, becomes: "distributed", by: table.by, why: table.why } as const),
      isDone: stepsOf(table, standing, undefined).length === 0,
    })),
    ...standing
      .filter(({ table }) => !isToBeDistributed(table))
      .map(({ table }) => ({ table, becomes: "local", why: whyLocal(table), isDone: true }) as const),
  ];
}

/**
 * What is left to do until all tables are where they are to be. Asked anew after a stop, it gives the rest.
 *
 * @param shards how many pieces a distributed table has; undefined: as citus.shard_count says
 */
export async function remainingSteps(
  client: Pick<ClientBase, "query">,
  shards: number | undefined,
): Promise<readonly DistributionStep[]> {
  const standing = await standings(client);
  const { found } = onlyRow(await unknownTypes.run<{ found: boolean }>(client, { schemas: SCHEMAS }));
  const makeKnown: DistributionStep = {
    table: "operations.*",
    name: "make types known to all nodes",
    do: (session, requireHeld) =>
      whenHeld(session, requireHeld, async () => {
        await nameSchemas.run(session, { schemas: SCHEMAS });
        await makeTypesKnown.run(session);
      }),
  };
  return [
    ...(found ? [makeKnown] : []),
    ...DISTRIBUTED_TABLES.flatMap((table) => stepsOf(table, standing, shards)),
  ];
}

/**
 * Passes when what is left to do can be done as it is asked for. Nothing is changed.
 *
 * @param shards how many pieces a distributed table is to have; undefined: as citus.shard_count says, or as it has
 * @throws TillhouseError `cluster_unusable` with all that is in the way; `usage_invalid` for another number of pieces than there are
 */
export async function requireDistributable(
  client: Pick<ClientBase, "query">,
  shards: number | undefined,
): Promise<void> {
  const standing = await standings(client);
  for (const { table, pieces } of standing) {
    if (shards === undefined || pieces === 0 || pieces === shards || !isToBeDistributed(table)) continue;
    throw new TillhouseError(
      "usage_invalid",
      `--shards says how many pieces facts are to be distributed in, and ${table} is distributed already, in ${pieces}. Leave it out.`,
      { table, pieces },
    );
  }
  const left = DISTRIBUTED_TABLES.filter((table) => stepsOf(table, standing, undefined).length > 0);
  await requireNoHindrance(client, left);
}

const isToBeDistributed = (name: string): boolean => DISTRIBUTED_TABLES.some(({ table }) => table === name);

async function standings(client: Pick<ClientBase, "query">): Promise<readonly Standing[]> {
  return (await standingOfTables.run<Standing>(client, { schemas: SCHEMAS })).rows;
}

function stepsOf(
  { table, by, beside }: DistributedTable,
  standing: readonly Standing[],
  shards: number | undefined,
): DistributionStep[] {
  const found = standing.find((one) => one.table === table);
  if (found === undefined) throw new Error(`there is no table ${table}`);
  const { foreign_keys: foreignKeys, is_distributed: isDistributed, has_rows_here: hasRowsHere } = found;
  // What else leads out of it was looked for before, or is to a table that is on every node.
  const ownKeys = KEYS_NOT_KEPT.flatMap(({ child, constraint }) =>
    child === table && foreignKeys.includes(constraint) ? constraint : [],
  );
  const step = (name: string, work: DistributionStep["do"]): DistributionStep => ({ table, name, do: work });
  return [
    ...(found.primary_key_columns.includes(by)
      ? []
      : [
          step(`put ${by} into the primary key`, (client, requireHeld) =>
            widenPrimaryKey(client, requireHeld, found, by),
          ),
        ]),
    ...ownKeys.map((constraint) =>
      step(`drop ${constraint}`, (client, requireHeld) =>
        whenFree(client, requireHeld, () => altering("dropConstraint", { table, constraint }).run(client)),
      ),
    ),
    ...(isDistributed
      ? []
      : [
          step(`distribute by ${by}`, async (client, requireHeld) => {
            await whenHeld(client, requireHeld, () =>
              beside === undefined
                ? distributeTable.run(client, { table, by, shards: shards ?? null })
                : distributeTableBeside.run(client, { table, by, beside }),
            );
            // The nodes ask about pieces that are committed.
            await mendReading(client);
          }),
        ]),
    ...(isDistributed && !hasRowsHere
      ? []
      : [
          step("free what is left on the coordinator", (client, requireHeld) =>
            whenFree(client, requireHeld, () => dropRowsHere.run(client, { table })),
          ),
        ]),
  ];
}

/** The index is made while all may read and write; it takes the place of the old one at once. */
async function widenPrimaryKey(
  client: ClientBase,
  requireHeld: RequireHeld,
  { table, primary_key: key, primary_key_columns: columns }: Standing,
  by: string,
): Promise<void> {
  const [schema = ""] = table.split(".");
  const index = `${key}_wider`;
  await dropLeftIndex(client, requireHeld, `${schema}.${index}`);
  await altering("createKeyIndex", { table, index, columns: [...columns, by] }).run(client);
  await whenFree(client, requireHeld, () => altering("replaceKey", { table, key, index }).run(client));
}
