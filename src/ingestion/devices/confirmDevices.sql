-- Grain: one device that the chunk says again, in a line that its range does not tell from others: one of several of the same
-- id, or one without its end. That line is where its values come from now, so that one before it, which may still wait for its
-- store, is not taken for the newer one.
UPDATE ingestion_layer.dim_devices AS devices
SET file_id = judged.file_id, source_line = judged.source_line
FROM judged_devices AS judged
WHERE judged.moves AND devices.device_id = judged.device_id;
