-- Grain: one fact that the run corrected, as it was before. Its label is known by what it says.
WITH
  versions AS MATERIALIZED (
    SELECT
      undone.transaction_id,
      versions.happened_at,
      versions.created_at,
      versions.source_line,
      versions.digest,
      versions.card_token,
      versions.store_key,
      versions.device_key,
      products.product_key,
      labels.label_key,
      to_char(versions.happened_at AT TIME ZONE 'UTC', 'YYYYMMDD')::integer AS happened_date_key,
      to_char(versions.created_at AT TIME ZONE 'UTC', 'YYYYMMDD')::integer AS created_date_key,
      versions.run_id,
      versions.file_id,
      versions.status,
      versions.card_key_id,
      versions.card_last4,
      versions.amount
    FROM undone_facts AS undone
    JOIN ingestion_layer.fct_transactions_history AS versions USING (version_id)
    JOIN ingestion_layer.dim_products AS products USING (product_sku)
    JOIN ingestion_layer.dim_product_labels AS labels
      ON labels.product_key = products.product_key
      AND labels.product_name = versions.product_name
      AND labels.category_name = versions.category_name
  )

UPDATE ingestion_layer.fct_transactions AS facts
SET
  happened_at = versions.happened_at,
  created_at = versions.created_at,
  source_line = versions.source_line,
  digest = versions.digest,
  card_token = versions.card_token,
  store_key = versions.store_key,
  device_key = versions.device_key,
  product_key = versions.product_key,
  label_key = versions.label_key,
  happened_date_key = versions.happened_date_key,
  created_date_key = versions.created_date_key,
  run_id = versions.run_id,
  file_id = versions.file_id,
  status = versions.status,
  card_key_id = versions.card_key_id,
  card_last4 = versions.card_last4,
  amount = versions.amount
FROM versions
WHERE facts.transaction_id = versions.transaction_id;
