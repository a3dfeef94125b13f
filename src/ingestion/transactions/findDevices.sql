-- Grain: one known device of the chunk, as it stands; `lockDevices` has the last word on it.
SELECT device_id, device_key, store_key
FROM ingestion_layer.dim_devices
WHERE device_id = ANY (:device_ids::bigint[]);
