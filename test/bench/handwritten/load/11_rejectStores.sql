-- Grain: one record of stores.csv that cannot be loaded.
INSERT INTO ingestion_layer.rejects (source, source_line, reason, id)
SELECT
  'stores',
  record,
  CASE
    WHEN store_id IS NULL THEN 'bad_whole_number'
    WHEN longest_text > 1000 THEN 'too_long'
    WHEN customer_id IS NULL THEN 'bad_whole_number'
    ELSE 'bad_timestamp'
  END,
  CASE WHEN length(id) <= 14 THEN id END
FROM raw.checked_stores
WHERE store_id IS NULL OR customer_id IS NULL OR created_at IS NULL OR longest_text > 1000
