/** A table that is spread over the nodes of a cluster. */
export interface DistributedTable {
  readonly table: string;
  /** Column whose value says on which node a row is; a part of the primary key. */
  readonly by: string;
  /** The table whose rows with the same value are on the same node. */
  readonly beside?: string;
  readonly why: string;
}

/** In the order in which they are distributed. */
export const DISTRIBUTED_TABLES: readonly DistributedTable[] = [
  {
    table: "ingestion_layer.fct_transactions",
    by: "transaction_id",
    why: "it grows without end, every load and look-up goes by the id, and ids spread evenly",
  },
  {
    table: "ingestion_layer.fct_transactions_history",
    by: "transaction_id",
    beside: "ingestion_layer.fct_transactions",
    why: "a version is on the node of its fact",
  },
];

const ROLLUPS = "aggregation_layer.";
const STAR = "ingestion_layer.";

/** Why any other table of ours stays where it is, on the coordinator. */
export function whyLocal(table: string): string {
  if (table.startsWith(ROLLUPS))
    return "small; changed in each commit of facts, and read by the answers in one snapshot";
  if (table.startsWith(STAR))
    return "undo notes its changes by triggers, which Citus does not allow on reference tables; nodes are sent it where they need it";
  return "the ledger of runs and files; no node needs it";
}

/** A column of a distributed table that refers to a row of a table which is not distributed. */
export interface KeyNotKept {
  readonly constraint: string;
  readonly child: string;
  readonly child_column: string;
  readonly parent: string;
  readonly parent_column: string;
}

const keys = (
  child: string,
  references: Readonly<Record<string, readonly [parent: string, column: string]>>,
): KeyNotKept[] =>
  Object.entries(references).map(([child_column, [parent, parent_column]]) => ({
    ...{ constraint: `${child.split(".").pop() ?? ""}_${child_column}_fkey` },
    ...{ child, child_column, parent, parent_column },
  }));

/**
 * The foreign keys that the database keeps on one machine and cannot keep on a cluster. What looks for rows that are referred
 * to has them from here then. All are there with ON DELETE RESTRICT ON UPDATE RESTRICT.
 */
export const KEYS_NOT_KEPT: readonly KeyNotKept[] = [
  ...keys("ingestion_layer.fct_transactions", {
    store_key: ["ingestion_layer.dim_stores", "store_key"],
    device_key: ["ingestion_layer.dim_devices", "device_key"],
    product_key: ["ingestion_layer.dim_products", "product_key"],
    label_key: ["ingestion_layer.dim_product_labels", "label_key"],
    happened_date_key: ["ingestion_layer.dim_time", "date_key"],
    created_date_key: ["ingestion_layer.dim_time", "date_key"],
    run_id: ["operations.runs", "run_id"],
    file_id: ["operations.source_files", "file_id"],
    card_key_id: ["operations.card_token_keys", "card_key_id"],
  }),
  ...keys("ingestion_layer.fct_transactions_history", {
    store_key: ["ingestion_layer.dim_stores", "store_key"],
    device_key: ["ingestion_layer.dim_devices", "device_key"],
    run_id: ["operations.runs", "run_id"],
    replaced_run_id: ["operations.runs", "run_id"],
    file_id: ["operations.source_files", "file_id"],
  }),
];
