-- Grain: one staged device, each with its outcome.
INSERT INTO judged_devices
WITH
  staged AS (
    SELECT
      *,
      last_value(source_line) OVER newest AS newest_line,
      last_value(quarantine_id) OVER newest AS newest_quarantine_id,
      last_value(digest) OVER newest AS newest_digest
    FROM staged_devices
    WINDOW newest AS (
      PARTITION BY device_id
      ORDER BY quarantine_id, source_line
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
  )

SELECT
  staged.source_line,
  staged.device_id,
  staged.store_id,
  staged.digest,
  staged.device_type,
  staged.quarantine_id,
  coalesce(staged.file_id, :file_id::integer),
  CASE
    WHEN (staged.quarantine_id, staged.source_line)
      IS DISTINCT FROM (staged.newest_quarantine_id, staged.newest_line)
      THEN CASE WHEN staged.digest = staged.newest_digest THEN 'already_present' ELSE 'superseded' END
    WHEN known.digest = staged.digest THEN 'already_present'
    -- What waited is older than what was loaded meanwhile.
    WHEN known.digest IS NOT NULL AND staged.quarantine_id IS NOT NULL THEN 'superseded'
    WHEN stores.store_key IS NULL THEN 'unknown_store'
    WHEN known.digest IS NOT NULL THEN 'corrected'
    ELSE 'loaded'
  END,
  stores.store_key
FROM staged
LEFT JOIN ingestion_layer.dim_stores AS stores USING (store_id)
LEFT JOIN ingestion_layer.dim_devices AS known USING (device_id);
