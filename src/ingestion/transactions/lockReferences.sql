-- Grain: the number of judged records to be written; 0 unless all that they refer to (dimensions, run, files, card token keys) was
-- found. Each is locked against deletion here, as a foreign key would lock it, but as a set. The caller compares the number
-- with what was judged, so an orphan can neither be written nor dropped in silence.
WITH
  wanted AS MATERIALIZED (SELECT * FROM judged_transactions WHERE outcome IN ('loaded', 'corrected')),

  wanted_devices AS MATERIALIZED (SELECT DISTINCT device_key FROM wanted),

  devices AS MATERIALIZED (
    SELECT device_key
    FROM ingestion_layer.dim_devices
    WHERE device_key IN (SELECT device_key FROM wanted_devices)
    ORDER BY device_key
    FOR KEY SHARE
  ),

  wanted_stores AS MATERIALIZED (SELECT DISTINCT store_key FROM wanted),

  stores AS MATERIALIZED (
    SELECT store_key
    FROM ingestion_layer.dim_stores
    WHERE store_key IN (SELECT store_key FROM wanted_stores)
    ORDER BY store_key
    FOR KEY SHARE
  ),

  wanted_labels AS MATERIALIZED (SELECT DISTINCT label_digest FROM wanted),

  labels AS MATERIALIZED (
    SELECT label_key, label_digest, product_key
    FROM ingestion_layer.dim_product_labels
    WHERE label_digest IN (SELECT label_digest FROM wanted_labels)
    ORDER BY label_key
    FOR KEY SHARE
  ),

  wanted_products AS MATERIALIZED (SELECT DISTINCT product_key FROM labels),

  products AS MATERIALIZED (
    SELECT product_key
    FROM ingestion_layer.dim_products
    WHERE product_key IN (SELECT product_key FROM wanted_products)
    ORDER BY product_key
    FOR KEY SHARE
  ),

  wanted_days AS MATERIALIZED (
    SELECT DISTINCT happened_date_key AS date_key FROM wanted UNION SELECT DISTINCT created_date_key FROM wanted
  ),

  days AS MATERIALIZED (
    SELECT date_key
    FROM ingestion_layer.dim_time
    WHERE date_key IN (SELECT date_key FROM wanted_days)
    ORDER BY date_key
    FOR KEY SHARE
  ),

  this_run AS MATERIALIZED (
    SELECT run_id
    FROM operations.runs
    WHERE run_id = :run_id::integer
    FOR KEY SHARE
  ),

  wanted_files AS MATERIALIZED (SELECT DISTINCT file_id FROM wanted),

  files AS MATERIALIZED (
    SELECT file_id
    FROM operations.source_files
    WHERE file_id IN (SELECT file_id FROM wanted_files)
    ORDER BY file_id
    FOR KEY SHARE
  ),

  wanted_card_keys AS MATERIALIZED (
    SELECT DISTINCT card_key_id FROM wanted WHERE card_key_id IS NOT NULL
  ),

  card_keys AS MATERIALIZED (
    SELECT card_key_id
    FROM operations.card_token_keys
    WHERE card_key_id IN (SELECT card_key_id FROM wanted_card_keys)
    ORDER BY card_key_id
    FOR KEY SHARE
  )

-- All or nothing, counted once instead of looked up for each.
SELECT count(*)::integer AS records
FROM wanted
WHERE (SELECT count(*) FROM devices) = (SELECT count(*) FROM wanted_devices)
  AND (SELECT count(*) FROM stores) = (SELECT count(*) FROM wanted_stores)
  AND (SELECT count(*) FROM labels) = (SELECT count(*) FROM wanted_labels)
  AND (SELECT count(*) FROM products) = (SELECT count(*) FROM wanted_products)
  AND (SELECT count(*) FROM days) = (SELECT count(*) FROM wanted_days)
  AND (SELECT count(*) FROM this_run) = 1
  AND (SELECT count(*) FROM files) = (SELECT count(*) FROM wanted_files)
  AND (SELECT count(*) FROM card_keys) = (SELECT count(*) FROM wanted_card_keys);
