import { query } from "./workplace.ts";

const SUMS = `accepted_transactions, accepted_transacted_amount, refused_transactions, refused_transacted_amount,
  cancelled_transactions, cancelled_transacted_amount`;

/** Rows of each table under their natural keys: without surrogate keys, and without the time of the load. */
const TABLES: Readonly<Record<string, string>> = {
  facts: `
    SELECT
      transaction_id, happened_at, facts.created_at, facts.source_line, facts.digest, card_token, card_last4,
      card_key_id, store_id, device_id, product_sku, label_digest, happened_date_key, facts.created_date_key,
      facts.status, amount, source_files.path, facts.run_id
    FROM ingestion_layer.fct_transactions AS facts
    JOIN ingestion_layer.dim_stores USING (store_key)
    JOIN ingestion_layer.dim_devices USING (device_key)
    JOIN ingestion_layer.dim_products USING (product_key)
    JOIN ingestion_layer.dim_product_labels USING (label_key)
    JOIN operations.source_files ON source_files.file_id = facts.file_id`,
  labels: `
    SELECT label_digest, product_sku, labels.product_name, labels.category_name
    FROM ingestion_layer.dim_product_labels AS labels JOIN ingestion_layer.dim_products USING (product_key)`,
  products: `
    SELECT product_sku, product_name, category_name, named_by_transaction_id FROM ingestion_layer.dim_products`,
  days: "SELECT * FROM ingestion_layer.dim_time",
  storeSums: `SELECT store_id, ${SUMS} FROM aggregation_layer.rollup_stores JOIN ingestion_layer.dim_stores USING (store_key)`,
  deviceSums: `SELECT device_id, ${SUMS} FROM aggregation_layer.rollup_devices JOIN ingestion_layer.dim_devices USING (device_key)`,
  productSums: `SELECT product_sku, ${SUMS} FROM aggregation_layer.rollup_products JOIN ingestion_layer.dim_products USING (product_key)`,
  daySums: `SELECT date_key, ${SUMS} FROM aggregation_layer.rollup_days`,
  firstSales: `
    SELECT store_id, transaction_ids, happened_at
    FROM aggregation_layer.rollup_store_first_sales JOIN ingestion_layer.dim_stores USING (store_key)`,
  quarantine: `
    SELECT
      path, source_line, reason, column_name, state, natural_key, device_id, product_sku, amount, card_token,
      card_last4, digest, fields
    FROM operations.quarantine JOIN operations.source_files USING (file_id)`,
  ranges: `
    SELECT
      path, start_byte, end_byte, first_line, last_line, file_ranges.records_read, file_ranges.loaded,
      file_ranges.already_present, file_ranges.corrected, file_ranges.superseded, file_ranges.rejected,
      file_ranges.warnings, file_ranges.applied_amount, highest_transaction_id
    FROM operations.file_ranges JOIN operations.source_files USING (file_id)`,
  files:
    "SELECT path, status, committed_bytes, committed_lines, committed_digest, records_read FROM operations.source_files",
  watermarks: "SELECT source, watermark FROM operations.watermarks",
};

/** For each table how many rows it has, and a hash over all of them. */
export async function naturalRows(url: string): Promise<Record<string, { rows: number; md5: string }>> {
  const tables: Record<string, { rows: number; md5: string }> = {};
  for (const [name, sql] of Object.entries(TABLES)) {
    const [found] = await query<{ rows: number; md5: string }>(
      url,
      `SELECT count(*)::integer AS rows, md5(string_agg(of::text, E'\\n' ORDER BY of::text COLLATE "C")) AS md5 FROM (${sql}) AS of`,
    );
    if (found !== undefined) tables[name] = found;
  }
  return tables;
}
