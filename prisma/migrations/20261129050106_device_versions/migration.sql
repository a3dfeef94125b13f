-- Grain: one version of a device, with what said so first.
CREATE OR REPLACE VIEW aggregation_layer.device_versions AS
SELECT
  devices.device_id,
  versions.valid_from,
  versions.valid_to,
  versions.is_current,
  stores.store_id,
  versions.device_type,
  versions.stated_at,
  files.path,
  versions.source_line
FROM ingestion_layer.dim_devices_history AS versions
JOIN ingestion_layer.dim_devices AS devices USING (device_key)
JOIN ingestion_layer.dim_stores AS stores ON stores.store_key = versions.store_key
JOIN operations.source_files AS files ON files.file_id = versions.file_id;
