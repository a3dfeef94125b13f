-- Grain: one staged transaction that a replay takes, with the store that its device stood in by what had been read of devices
-- when its line was: there it was sold. A full refresh, which reads it in its turn, has it the same.
WITH
  versions AS (
    SELECT
      devices.device_id,
      kept.store_key,
      kept.stated_at,
      -- A device that waited was there when its store had come, unless that came by this replay.
      coalesce(
        (
          SELECT waited.resolved_run_id
          FROM operations.quarantine AS waited
          WHERE waited.file_id = kept.file_id
            AND waited.source_line = kept.source_line
            AND waited.state = 'resolved'
            AND waited.resolved_run_id <> :run_id::integer
        ),
        (
          SELECT ranges.run_id
          FROM operations.file_ranges AS ranges
          WHERE ranges.file_id = kept.file_id AND ranges.first_line <= kept.source_line
          ORDER BY ranges.first_line DESC
          LIMIT 1
        ),
        (
          SELECT min(ranges.run_id)
          FROM operations.file_ranges AS ranges
          WHERE ranges.file_id = kept.file_id AND ranges.stated_at = kept.stated_at
        )
      ) AS run_id
    FROM ingestion_layer.dim_devices_history AS kept
    JOIN ingestion_layer.dim_devices AS devices USING (device_key)
    WHERE devices.device_id IN (SELECT staged.device_id FROM staged_transactions AS staged)
  ),

  lines AS (
    SELECT
      staged.source_line,
      staged.file_id,
      staged.device_id,
      coalesce(
        (
          SELECT ranges.run_id
          FROM operations.file_ranges AS ranges
          WHERE ranges.file_id = staged.file_id
            AND ranges.first_line <= staged.source_line
            AND ranges.last_line >= staged.source_line
          ORDER BY ranges.first_line DESC
          LIMIT 1
        ),
        staged.stated_run_id
      ) AS run_id
    FROM staged_transactions AS staged
  ),

  placed AS (
    SELECT DISTINCT ON (lines.file_id, lines.source_line) lines.file_id, lines.source_line, versions.store_key
    FROM lines
    JOIN versions ON versions.device_id = lines.device_id AND versions.run_id <= lines.run_id
    ORDER BY lines.file_id, lines.source_line, versions.stated_at DESC
  )

UPDATE staged_transactions AS staged
SET former_store_key = placed.store_key
FROM placed
WHERE staged.file_id = placed.file_id AND staged.source_line = placed.source_line;
