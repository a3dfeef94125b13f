import type pg from "pg";
import {
  FIRST_SALES_LISTED,
  FIRST_SALES_NEEDED,
  FIRST_SALES_READ,
  SUM_ROLLUP_NAMES,
  SUM_ROLLUPS,
} from "../../database/rollups.ts";
import { sqlFile } from "../../database/sqlFile.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { timestampText } from "../copyText.ts";
import { arrayText } from "./arrayText.ts";
import type { EarliestSales, SalePlace } from "./earliestSales.ts";
import type { RemovedSales, RollupChanges } from "./rollupChanges.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const holdRollups = sql("holdRollups");
const foldSums = SUM_ROLLUP_NAMES.map((name) => ({
  name,
  sql: sqlFile(new URL("./foldSums.sql", import.meta.url), { ...SUM_ROLLUPS[name] }),
}));
const lastListedSales = sql("lastListedSales");
const removeFirstSales = sql("removeFirstSales");
const addFirstSales = sql("addFirstSales");
const shortLists = sql("shortLists");
const refillFirstSales = sql("refillFirstSales");

/**
 * Applies changes to the rollups, in the caller's transaction and after its writes to the fact: what it has written by
 * then must be in these changes or in earlier ones, since the fact itself may be read. Other writers of the rollups wait
 * from here until the commit.
 *
 * @throws TillhouseError `verification_failed` when a rollup has less than is taken away, so did not agree with the facts
 */
export async function foldRollups(client: pg.ClientBase, changes: RollupChanges): Promise<void> {
  if (changes.isEmpty) return;
  await holdRollups.run(client);
  // Asked before the counts move: what a store lists is compared with what it had.
  const candidates = await candidatesOf(client, changes.earliest);
  try {
    for (const { name, sql } of foldSums) await sql.run(client, { ...changes[name].changes() });
  } catch (error) {
    throw isBelowNothing(error) ? disagreeing(error) : error;
  }
  await remove(client, changes.removed);
  await add(client, candidates);
  await refillShort(client, changes.removed);
}

interface Candidate extends SalePlace {
  readonly storeKey: number;
}

/** Added sales that are among the first of their store, as far as its list can tell. */
async function candidatesOf(client: pg.ClientBase, earliest: EarliestSales): Promise<Candidate[]> {
  const storeKeys = earliest.storeKeys();
  if (storeKeys.length === 0) return [];
  const { rows } = await lastListedSales.run<{
    store_key: number;
    happened_at_micros: string;
    transaction_id: string;
  }>(client, { store_keys: arrayText(storeKeys), listed: FIRST_SALES_LISTED });
  const last = new Map<number, SalePlace>(
    rows.map((row) => [
      row.store_key,
      { happenedAtMicros: Number(row.happened_at_micros), transactionId: Number(row.transaction_id) },
    ]),
  );
  return storeKeys.flatMap((storeKey) =>
    earliest.ofStore(storeKey, last.get(storeKey)).map((sale) => ({ storeKey, ...sale })),
  );
}

async function remove(client: pg.ClientBase, removed: RemovedSales): Promise<void> {
  if (removed.storeKeys.length === 0) return;
  await removeFirstSales.run(client, {
    store_keys: arrayText(removed.storeKeys),
    transaction_ids: arrayText(removed.transactionIds),
  });
}

async function add(client: pg.ClientBase, candidates: readonly Candidate[]): Promise<void> {
  if (candidates.length === 0) return;
  await addFirstSales.run(client, {
    store_keys: arrayText(candidates.map(({ storeKey }) => storeKey)),
    transaction_ids: arrayText(candidates.map(({ transactionId }) => transactionId)),
    happened_at: candidates.map(({ happenedAtMicros }) => timestampText(happenedAtMicros)),
    listed: FIRST_SALES_LISTED,
  });
}

/** A list can only become too short where something was taken away. */
async function refillShort(client: pg.ClientBase, removed: RemovedSales): Promise<void> {
  if (removed.storeKeys.length === 0) return;
  const { rows } = await shortLists.run<{ store_key: number }>(client, {
    store_keys: arrayText([...new Set(removed.storeKeys)]),
    needed: FIRST_SALES_NEEDED,
  });
  if (rows.length === 0) return;
  await refillFirstSales.run(client, {
    store_keys: arrayText(rows.map(({ store_key }) => store_key)),
    read: FIRST_SALES_READ,
  });
}

const CHECK_VIOLATION = "23514";

function isBelowNothing(error: unknown): boolean {
  return (error as { code?: unknown }).code === CHECK_VIOLATION;
}

function disagreeing(cause: unknown): TillhouseError {
  return new TillhouseError(
    "verification_failed",
    "A rollup has less than what is to be taken from it, so it does not agree with the facts; the chunk is rolled back. Mend the rollups: npm run job:ingest -- --select aggregation_layer",
    {},
    cause,
  );
}
