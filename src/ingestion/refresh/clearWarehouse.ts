import type { ClientBase } from "pg";
import { SUM_ROLLUPS } from "../../database/rollups.ts";
import { withTransaction } from "../../database/pool.ts";
import { onlyRow, sqlFile } from "../../database/sqlFile.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { checkFence } from "../../runs/fence.ts";
import { EMPTY_SHA256, type LedgerKey } from "../../runs/ledgerKey.ts";
import { withKeysCheckedAsSets } from "../transactions/keysAsSets.ts";
import type { FormerPart } from "./formerFiles.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const noteNothing = sqlFile(new URL("../undo/noteNothing.sql", import.meta.url));
const referredByOthers = sql("referredByOthers");
const removeQuarantined = sql("removeQuarantined");
const closeFiles = sqlFile(new URL("../ledger/closeFiles.sql", import.meta.url));
const nameRuns = sql("nameRuns");
const keepTimes = sql("keepTimes");
const closeAgain = sql("closeAgain");
const removeFormerlyClosed = sql("removeFormerlyClosed");
const markRebuilt = sql("markRebuilt");
const isRebuiltSql = sql("isRebuilt");

/** What loads fill, in an order in which nothing refers to a row that is removed. Quarantine is another matter. */
export const FILLED_BY_LOADS: readonly string[] = [
  "aggregation_layer.rollup_store_first_sales",
  ...Object.values(SUM_ROLLUPS).map(({ table }) => table),
  "ingestion_layer.fct_transactions_history",
  "ingestion_layer.fct_transactions",
  "ingestion_layer.dim_devices_history",
  "ingestion_layer.dim_stores_history",
  "ingestion_layer.dim_devices",
  "ingestion_layer.dim_product_labels",
  "ingestion_layer.dim_products",
  "ingestion_layer.dim_stores",
  "ingestion_layer.dim_customers",
  "ingestion_layer.dim_time",
  "operations.file_ranges",
  "operations.stated_stretches",
  "operations.quarantine_dropped",
  "operations.watermarks",
];
const REMOVALS = FILLED_BY_LOADS.map((table) =>
  sqlFile(new URL("./removeAll.sql", import.meta.url), { table }),
);

/**
 * Removes all that loads have filled, as a part of the caller's transaction, and closes the files of the ledger. What stays
 * is the log of runs, and keys.
 *
 * @param filesAsThen ids of the files that are to be loaded again as they were
 * @throws TillhouseError `run_lock_lost`, `database_refused` when rows of somebody else's refer to any of it
 */
export function clearWarehouse(
  client: ClientBase,
  fencingToken: bigint,
  filesAsThen: readonly number[],
  key: LedgerKey,
): Promise<void> {
  return withTransaction(client, async () => {
    await checkFence(client, fencingToken);
    await noteNothing.run(client);
    const removeAll = async (): Promise<void> => {
      for (const removal of REMOVALS) await removal.run(client);
    };
    const others = onlyRow(
      await referredByOthers.run<{ found: boolean }>(client, { tables: FILLED_BY_LOADS }),
    );
    // Of ours, what refers to a row goes before it.
    if (others.found) await removeAll().catch(refuseReference);
    else await withKeysCheckedAsSets(client, removeAll);
    await removeQuarantined.run(client, { file_ids: filesAsThen });
    const digest = { committed_digest: key.digestOf(EMPTY_SHA256), digest_key: key.id };
    await closeFiles.run(client, { ...digest, run_id: null });
  });
}

const FOREIGN_KEY_VIOLATION = "23503";

function refuseReference(error: unknown): never {
  const { code, schema, table } = error as { code?: string; schema?: string; table?: string };
  if (code !== FOREIGN_KEY_VIOLATION) throw error;
  throw new TillhouseError(
    "database_refused",
    `Rows of ${schema ?? ""}.${table ?? ""}, which is no table of Tillhouse, refer to what is to be rebuilt. Remove those references first.`,
    { schema, table },
    error,
  );
}

/** What was loaded again as it had been before. */
export interface LoadedAgain {
  /** By the ids that files have now. */
  readonly parts: readonly FormerPart[];
  /** Files that are loaded to their end by that, with the ids that they had before. */
  readonly files: readonly { readonly fileId: number; readonly formerId: number }[];
}

/**
 * Ends a refresh, as a part of the caller's transaction: what was loaded again keeps the run that read it first, quarantined
 * records that had been closed are so again, and neither the run nor one before it can be taken back from here on.
 *
 * @throws TillhouseError `run_lock_lost`
 */
export function completeRefresh(
  client: ClientBase,
  fencingToken: bigint,
  runId: number,
  { parts, files }: LoadedAgain,
): Promise<void> {
  return withTransaction(client, async () => {
    await checkFence(client, fencingToken);
    await noteNothing.run(client);
    const values = { run_id: runId };
    await nameRuns.run(client, {
      file_ids: parts.map((part) => part.fileId),
      end_bytes: parts.map((part) => part.endByte),
      run_ids: parts.map((part) => part.runId),
      committed_at: parts.map((part) => part.committedAt),
    });
    await keepTimes.run(client, {
      file_ids: files.map(({ fileId }) => fileId),
      former_ids: files.map(({ formerId }) => formerId),
    });
    await closeAgain.run(client, values);
    await removeFormerlyClosed.run(client, values);
    await markRebuilt.run(client, values);
  });
}

/** Whether a run's refresh was committed: asked when the answer to that was lost. */
export async function isRebuilt(client: Pick<ClientBase, "query">, runId: number): Promise<boolean> {
  return onlyRow(await isRebuiltSql.run<{ is_rebuilt: boolean }>(client, { run_id: runId })).is_rebuilt;
}
