-- Grain: one device that can be read by now, and whose store has not arrived yet: it waits from here on, kept whole.
UPDATE operations.quarantine AS kept
SET
  reason = judged.outcome,
  column_name = 'store_id',
  state = 'waiting',
  fields = NULL,
  natural_key = judged.device_id,
  store_id = judged.store_id,
  device_type = judged.device_type,
  digest = judged.digest
FROM judged_devices AS judged
WHERE judged.outcome = 'unknown_store' AND kept.quarantine_id = judged.quarantine_id;
