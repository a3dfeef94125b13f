-- Grain: one row: of each kind of row that a chunk refers to by a whole number, how many are there; they are locked against
-- deletion, as foreign keys would lock them, kind by kind in this order and by their keys.
SELECT
  (
    SELECT count(*)::integer
    FROM (
      SELECT FROM ingestion_layer.dim_devices
      WHERE device_key = ANY (:devices::integer[])
      ORDER BY device_key
      FOR KEY SHARE
    ) AS locked
  ) AS devices,
  (
    SELECT count(*)::integer
    FROM (
      SELECT FROM ingestion_layer.dim_stores
      WHERE store_key = ANY (:stores::integer[])
      ORDER BY store_key
      FOR KEY SHARE
    ) AS locked
  ) AS stores,
  (
    SELECT count(*)::integer
    FROM (
      SELECT FROM ingestion_layer.dim_time
      WHERE date_key = ANY (:days::integer[])
      ORDER BY date_key
      FOR KEY SHARE
    ) AS locked
  ) AS days,
  (
    SELECT count(*)::integer
    FROM (
      SELECT FROM operations.runs
      WHERE run_id = ANY (:runs::integer[])
      ORDER BY run_id
      FOR KEY SHARE
    ) AS locked
  ) AS runs,
  (
    SELECT count(*)::integer
    FROM (
      SELECT FROM operations.source_files
      WHERE file_id = ANY (:files::integer[])
      ORDER BY file_id
      FOR KEY SHARE
    ) AS locked
  ) AS files,
  (
    SELECT count(*)::integer
    FROM (
      SELECT FROM operations.card_token_keys
      WHERE card_key_id = ANY (:card_token_keys::integer[])
      ORDER BY card_key_id
      FOR KEY SHARE
    ) AS locked
  ) AS card_token_keys;
