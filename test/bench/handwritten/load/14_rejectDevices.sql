-- Grain: one record of devices.csv that cannot be loaded.
INSERT INTO ingestion_layer.rejects (source, source_line, reason, id, refers_to)
SELECT
  'devices',
  devices.record,
  CASE WHEN (devices.id || devices.type || devices.store_id) ~ '^[0-9]+$' THEN 'unknown_store' ELSE 'bad_whole_number' END,
  CASE WHEN length(devices.id) <= 14 THEN devices.id END,
  CASE WHEN length(devices.store_id) <= 14 THEN devices.store_id END
FROM raw.devices AS devices
LEFT JOIN ingestion_layer.dim_stores AS stores ON stores.store_id::text = devices.store_id
WHERE stores.store_key IS NULL OR devices.id !~ '^[1-9][0-9]{0,13}$' OR devices.type !~ '^[0-9]{1,9}$'
