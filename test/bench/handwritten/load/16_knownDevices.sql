-- Grain: one device as a transaction would name it. The planner knows about columns, not about casts of them: without this it
-- would hash a million records to look up two thousand devices.
CREATE UNLOGGED TABLE raw.known_devices AS
SELECT device_id::text AS written_id, device_id, device_key, store_key
FROM ingestion_layer.dim_devices
