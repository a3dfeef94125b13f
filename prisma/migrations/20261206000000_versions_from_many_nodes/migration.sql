-- Grain: one version of a transaction, the current one and all that are kept. It was believed from the run that read it to the
-- run that put another one in its place; what was never current was never believed, and has no such times. What was believed
-- at a moment: believed_from <= moment AND (believed_to IS NULL OR moment < believed_to).
CREATE OR REPLACE VIEW aggregation_layer.transaction_versions AS
SELECT
  0::bigint AS version_id,
  facts.transaction_id,
  true AS is_current,
  facts.happened_at,
  facts.created_at,
  facts.status,
  facts.amount,
  stores.store_id,
  devices.device_id,
  products.product_sku,
  labels.product_name,
  labels.category_name,
  files.path,
  facts.source_line,
  coalesce(
    (
      SELECT ranges.stated_at
      -- A subquery: Citus joins the nodes' facts with rows of the coordinator's own tables in no other way here.
      FROM (SELECT file_id, first_line, stated_at FROM operations.file_ranges) AS ranges
      WHERE ranges.file_id = facts.file_id AND ranges.first_line <= facts.source_line
      ORDER BY ranges.first_line DESC
      LIMIT 1
    ),
    files.snapshot_at,
    to_timestamp(files.mtime_ns / 1000000000)
  )::timestamptz(6) AS stated_at,
  facts.run_id,
  runs.started_at AS believed_from,
  NULL::timestamptz AS believed_to
FROM ingestion_layer.fct_transactions AS facts
JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
JOIN ingestion_layer.dim_products AS products ON products.product_key = facts.product_key
JOIN ingestion_layer.dim_stores AS stores USING (store_key)
JOIN ingestion_layer.dim_devices AS devices USING (device_key)
JOIN operations.source_files AS files ON files.file_id = facts.file_id
JOIN operations.runs AS runs ON runs.run_id = facts.run_id
UNION ALL
SELECT
  versions.version_id,
  versions.transaction_id,
  false,
  versions.happened_at,
  versions.created_at,
  versions.status,
  versions.amount,
  stores.store_id,
  devices.device_id,
  versions.product_sku,
  versions.product_name,
  versions.category_name,
  files.path,
  versions.source_line,
  versions.stated_at,
  versions.run_id,
  CASE WHEN versions.was_current THEN runs.started_at END,
  CASE WHEN versions.was_current THEN replacing.started_at END
FROM ingestion_layer.fct_transactions_history AS versions
JOIN ingestion_layer.dim_stores AS stores USING (store_key)
JOIN ingestion_layer.dim_devices AS devices USING (device_key)
JOIN operations.source_files AS files ON files.file_id = versions.file_id
JOIN operations.runs AS runs ON runs.run_id = versions.run_id
JOIN operations.runs AS replacing ON replacing.run_id = versions.replaced_run_id;
