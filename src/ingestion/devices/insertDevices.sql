-- Grain: one new device.
INSERT INTO ingestion_layer.dim_devices (
  device_id, device_type, store_key, digest, run_id, file_id, source_line
)
SELECT device_id, device_type, store_key, digest, :run_id::integer, file_id, source_line
FROM judged_devices
WHERE outcome = 'loaded'
ORDER BY device_id;
