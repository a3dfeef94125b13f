-- Grain: one staged device, each with its outcome. As with transactions, nothing hangs on where a chunk ends.
INSERT INTO judged_devices
WITH
  stores AS (SELECT store_id, store_key FROM ingestion_layer.dim_stores),

  staged AS (
    SELECT
      *,
      coalesce(file_id, :file_id::integer) AS its_file_id,
      last_value(source_line) OVER newest AS newest_line,
      last_value(quarantine_id) OVER newest AS newest_quarantine_id,
      last_value(digest) OVER newest AS newest_digest
    FROM staged_devices
    LEFT JOIN stores USING (store_id)
    -- The last line whose store is known counts.
    WINDOW newest AS (
      PARTITION BY device_id
      ORDER BY store_key IS NOT NULL, quarantine_id, source_line
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
  staged.its_file_id,
  coalesce(staged.stated_run_id, :run_id::integer),
  CASE
    WHEN staged.store_key IS NULL THEN 'unknown_store'
    WHEN (staged.quarantine_id, staged.source_line)
      IS DISTINCT FROM (staged.newest_quarantine_id, staged.newest_line)
      THEN CASE WHEN staged.digest = staged.newest_digest THEN 'already_present' ELSE 'superseded' END
    WHEN known.digest = staged.digest THEN 'already_present'
    -- What waited may be older than what was stated meanwhile. Statements follow each other by run, path and line, as they
    -- are read; when either was written does not matter.
    WHEN staged.quarantine_id IS NOT NULL
      AND (known.stated_run_id, known_file.path COLLATE "C", known.source_line)
        > (staged.stated_run_id, its_file.path COLLATE "C", staged.source_line)
      THEN 'superseded'
    WHEN known.digest IS NOT NULL THEN 'corrected'
    ELSE 'loaded'
  END,
  staged.store_key
FROM staged
LEFT JOIN ingestion_layer.dim_devices AS known USING (device_id)
LEFT JOIN operations.source_files AS known_file ON known_file.file_id = known.file_id
LEFT JOIN operations.source_files AS its_file ON its_file.file_id = staged.its_file_id;
