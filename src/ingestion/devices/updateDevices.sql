-- Grain: one known device with other values. Its key stays; facts loaded so far keep the store they were made at.
UPDATE ingestion_layer.dim_devices AS devices
SET
  device_type = judged.device_type,
  store_key = judged.store_key,
  digest = judged.digest,
  run_id = :run_id::integer,
  file_id = judged.file_id,
  source_line = judged.source_line
FROM judged_devices AS judged
WHERE judged.outcome = 'corrected' AND devices.device_id = judged.device_id;
