-- Grain: one committed range of a file that stands, or its end without a line end, in the order in which they were committed.
-- When such an end was said is noted with it; of those from before that was, it is told by the versions that it left, if any.
WITH
  files AS (SELECT * FROM operations.source_files WHERE status <> 'replaced'),

  ends AS (
    SELECT
      -- One run that loads is at work at a time.
      (SELECT max(runs.run_id) FROM operations.runs AS runs WHERE runs.started_at <= files.updated_at AND runs.lock_name = 'warehouse') AS run_id,
      files.*
    FROM files
    WHERE unterminated_bytes > 0
  ),

  parts AS (
    SELECT ranges.run_id, ranges.committed_at, files.source, files.path, ranges.file_id, ranges.end_byte, false AS is_end, ranges.stated_at
    FROM operations.file_ranges AS ranges
    JOIN files USING (file_id)
    UNION ALL
    SELECT
      ends.run_id,
      ends.updated_at,
      ends.source,
      ends.path,
      ends.file_id,
      ends.committed_bytes + ends.unterminated_bytes,
      true,
      coalesce(
        ends.unterminated_stated_at,
        greatest(
          (SELECT max(ranges.stated_at) FROM operations.file_ranges AS ranges WHERE ranges.file_id = ends.file_id),
          coalesce(
            ends.snapshot_at,
            CASE ends.source
              WHEN 'transactions'
                THEN to_timestamp(ends.mtime_ns / 1000000000) + (ends.mtime_ns / 1000 % 1000000) * interval '1 microsecond'
              WHEN 'stores'
                THEN (
                  SELECT max(versions.stated_at)
                  FROM ingestion_layer.dim_stores_history AS versions
                  WHERE versions.file_id = ends.file_id AND versions.source_line > ends.committed_lines
                )
              WHEN 'devices'
                THEN (
                  SELECT max(versions.stated_at)
                  FROM ingestion_layer.dim_devices_history AS versions
                  WHERE versions.file_id = ends.file_id AND versions.source_line > ends.committed_lines
                )
            END,
            ends.updated_at
          )
        )
      )
    FROM ends
  )

SELECT
  run_id, file_id, source::text AS source, end_byte, is_end, stated_at::text AS stated_at, committed_at::text AS committed_at
FROM parts
ORDER BY run_id, parts.committed_at, parts.source, path COLLATE "C", end_byte;
