-- Grain: one quarantined device whose store has arrived since, at most :limit of them, oldest first.
INSERT INTO staged_devices (source_line, device_id, store_id, digest, device_type, quarantine_id, file_id)
SELECT
  waiting.source_line,
  waiting.natural_key,
  waiting.store_id,
  waiting.digest,
  waiting.device_type,
  waiting.quarantine_id,
  waiting.file_id
FROM operations.quarantine AS waiting
WHERE waiting.source = 'devices'
  AND waiting.state = 'waiting'
  AND EXISTS (SELECT FROM ingestion_layer.dim_stores AS stores WHERE stores.store_id = waiting.store_id)
ORDER BY waiting.quarantine_id
LIMIT :limit::integer;
