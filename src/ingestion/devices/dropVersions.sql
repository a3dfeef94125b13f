-- Grain: one version that is not so any more, or not for the same time.
DELETE FROM ingestion_layer.dim_devices_history AS kept
WHERE kept.device_key IN (SELECT device_key FROM new_device_versions)
  AND NOT EXISTS (SELECT FROM new_device_versions AS wanted WHERE wanted IS NOT DISTINCT FROM kept);
