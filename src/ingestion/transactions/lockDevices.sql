-- Grain: one known device of the chunk, locked against deletion as a foreign key would lock it.
SELECT device_id, device_key, store_key
FROM ingestion_layer.dim_devices
WHERE device_id = ANY (:device_ids::bigint[])
ORDER BY device_key
FOR KEY SHARE;
