-- Grain: one new payment attempt. Every row that the chunk refers to (dimensions, run, files, card token keys) is locked
-- against deletion here, as a foreign key would lock it, but as a set; only facts whose rows were all found and locked go
-- in. The caller compares their number with what was judged, so an orphan can neither be written nor dropped in silence.
WITH
  wanted AS MATERIALIZED (SELECT * FROM judged_transactions WHERE outcome = 'loaded'),

  devices AS MATERIALIZED (
    SELECT device_key
    FROM ingestion_layer.dim_devices
    WHERE device_key IN (SELECT device_key FROM wanted)
    ORDER BY device_key
    FOR KEY SHARE
  ),

  stores AS MATERIALIZED (
    SELECT store_key
    FROM ingestion_layer.dim_stores
    WHERE store_key IN (SELECT store_key FROM wanted)
    ORDER BY store_key
    FOR KEY SHARE
  ),

  labels AS MATERIALIZED (
    SELECT label_key, label_digest, product_key
    FROM ingestion_layer.dim_product_labels
    WHERE label_digest IN (SELECT label_digest FROM wanted)
    ORDER BY label_key
    FOR KEY SHARE
  ),

  products AS MATERIALIZED (
    SELECT product_key
    FROM ingestion_layer.dim_products
    WHERE product_key IN (SELECT product_key FROM labels)
    ORDER BY product_key
    FOR KEY SHARE
  ),

  days AS MATERIALIZED (
    SELECT date_key
    FROM ingestion_layer.dim_time
    WHERE date_key IN (SELECT happened_date_key FROM wanted UNION SELECT created_date_key FROM wanted)
    ORDER BY date_key
    FOR KEY SHARE
  ),

  this_run AS MATERIALIZED (
    SELECT run_id
    FROM operations.runs
    WHERE run_id = :run_id::integer
    FOR KEY SHARE
  ),

  files AS MATERIALIZED (
    SELECT file_id
    FROM operations.source_files
    WHERE file_id IN (SELECT file_id FROM wanted)
    ORDER BY file_id
    FOR KEY SHARE
  ),

  card_keys AS MATERIALIZED (
    SELECT card_key_id
    FROM operations.card_token_keys
    WHERE card_key_id IN (SELECT card_key_id FROM wanted)
    ORDER BY card_key_id
    FOR KEY SHARE
  )

INSERT INTO ingestion_layer.fct_transactions (
  transaction_id, happened_at, created_at, source_line, digest, card_token, store_key, device_key, product_key,
  label_key, happened_date_key, created_date_key, run_id, file_id, status, card_key_id, card_last4, amount
)
SELECT
  wanted.transaction_id,
  wanted.happened_at,
  wanted.created_at,
  wanted.source_line,
  wanted.digest,
  wanted.card_token,
  stores.store_key,
  devices.device_key,
  products.product_key,
  labels.label_key,
  happened.date_key,
  created.date_key,
  this_run.run_id,
  files.file_id,
  wanted.status,
  card_keys.card_key_id,
  wanted.card_last4,
  wanted.amount
FROM wanted
CROSS JOIN this_run
JOIN files USING (file_id)
JOIN devices USING (device_key)
JOIN stores USING (store_key)
JOIN labels USING (label_digest)
JOIN products USING (product_key)
JOIN days AS happened ON happened.date_key = wanted.happened_date_key
JOIN days AS created ON created.date_key = wanted.created_date_key
LEFT JOIN card_keys ON card_keys.card_key_id = wanted.card_key_id
WHERE wanted.card_key_id IS NULL OR card_keys.card_key_id IS NOT NULL
ORDER BY wanted.transaction_id;
