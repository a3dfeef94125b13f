/** A table of which a run's changes are noted row by row, by the triggers that its migration made. */
export interface NotedTable {
  readonly table: string;
  /** Its primary key. */
  readonly key: readonly string[];
  /**
   * What becomes of rows that a run added. `removed`: they go. `rewritten`: so do all that the run changed, before those that
   * were there come back, since no two versions may overlap meanwhile. `closed`: the log refers to them, or they know their run.
   */
  readonly added: "removed" | "rewritten" | "closed";
}

/** In this order rows come back, and in the opposite one those that were added go: nothing refers to a row that is not there. */
export const NOTED_TABLES: readonly NotedTable[] = [
  { table: "operations.source_files", key: ["file_id"], added: "closed" },
  { table: "operations.file_ranges", key: ["file_id", "start_byte"], added: "removed" },
  { table: "operations.stated_stretches", key: ["file_id", "first_line", "stated_at"], added: "removed" },
  { table: "operations.watermarks", key: ["source"], added: "removed" },
  { table: "operations.quarantine", key: ["quarantine_id"], added: "closed" },
  { table: "ingestion_layer.dim_time", key: ["date_key"], added: "removed" },
  { table: "ingestion_layer.dim_customers", key: ["customer_key"], added: "removed" },
  { table: "ingestion_layer.dim_products", key: ["product_key"], added: "removed" },
  { table: "ingestion_layer.dim_product_labels", key: ["label_key"], added: "removed" },
  { table: "ingestion_layer.dim_stores", key: ["store_key"], added: "removed" },
  { table: "ingestion_layer.dim_devices", key: ["device_key"], added: "removed" },
  { table: "ingestion_layer.dim_stores_history", key: ["store_key", "valid_from"], added: "rewritten" },
  { table: "ingestion_layer.dim_devices_history", key: ["device_key", "valid_from"], added: "rewritten" },
];

/** The name that changes are noted under. */
export const notedName = ({ table }: NotedTable): string => table.slice(table.indexOf(".") + 1);
