-- Grain: one version that is new, or is so for another time.
INSERT INTO ingestion_layer.dim_devices_history (
  device_key, valid_from, valid_to, is_current, stated_at, file_id, source_line, store_key, device_type
)
SELECT
  device_key, valid_from, valid_to, is_current, stated_at, file_id, source_line, store_key, device_type
FROM new_device_versions
ORDER BY device_key, valid_from
ON CONFLICT (device_key, valid_from) DO NOTHING;
