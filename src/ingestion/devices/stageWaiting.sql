-- Grain: one quarantined device whose store has arrived since, of at most :limit ids. All of an id come together, so
-- that where a batch ends does not decide which of them counts.
INSERT INTO staged_devices (source_line, device_id, store_id, digest, device_type, quarantine_id, file_id, stated_run_id, said_at)
WITH
  -- In the order of their lines: of lines that follow each other, one stretch is noted.
  picked AS MATERIALIZED (
    SELECT waiting.natural_key
    FROM operations.quarantine AS waiting
    WHERE waiting.source = 'devices'
      AND waiting.state = 'waiting'
      AND EXISTS (SELECT FROM ingestion_layer.dim_stores AS stores WHERE stores.store_id = waiting.store_id)
    GROUP BY waiting.natural_key
    ORDER BY min(waiting.quarantine_id)
    LIMIT :limit::integer
  ),

  -- One index look-up for each, whatever the planner knows of what waits.
  arrived AS MATERIALIZED (
    SELECT open_record.*
    FROM picked
    CROSS JOIN LATERAL (
      SELECT *
      FROM operations.quarantine
      WHERE source = 'devices' AND natural_key = picked.natural_key AND state IN ('waiting', 'rejected')
      OFFSET 0
    ) AS open_record
    WHERE open_record.state = 'waiting'
      AND EXISTS (SELECT FROM ingestion_layer.dim_stores AS stores WHERE stores.store_id = open_record.store_id)
  )

SELECT
  source_line,
  natural_key,
  store_id,
  digest,
  device_type,
  quarantine_id,
  file_id,
  run_id,
  coalesce(
    (
      SELECT ranges.stated_at
      FROM operations.file_ranges AS ranges
      WHERE ranges.file_id = arrived.file_id AND ranges.first_line <= arrived.source_line
      ORDER BY ranges.first_line DESC
      LIMIT 1
    ),
    (
      SELECT coalesce(snapshot_at, updated_at)
      FROM operations.source_files AS files
      WHERE files.file_id = arrived.file_id
    )
  )
FROM arrived;
