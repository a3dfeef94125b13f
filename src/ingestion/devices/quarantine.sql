-- Grain: one device of the chunk whose store has not arrived yet, kept whole.
INSERT INTO operations.quarantine (
  source, file_id, source_line, run_id, reason, column_name, state, natural_key, store_id, device_type, digest
)
SELECT
  'devices', file_id, source_line, :run_id::integer, outcome, 'store_id', 'waiting', device_id, store_id, device_type,
  digest
FROM judged_devices
WHERE outcome = 'unknown_store' AND quarantine_id IS NULL
ORDER BY source_line;
