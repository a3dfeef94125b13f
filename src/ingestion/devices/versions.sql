-- Grain: one version of a device that the chunk says something new of, as the whole of what was said of it has it. A
-- record that only says again what was so then is known by the chunk that it is in: it says what was in force at its moment.
-- Of several records of one moment the last counts, by path and line; what does not differ from what was before it is no version.
INSERT INTO new_device_versions (
  device_key, valid_from, valid_to, is_current, stated_at, file_id, source_line, store_key, device_type
)
WITH
  touched AS (
    SELECT DISTINCT known.device_key, known.device_id
    FROM judged_devices AS judged
    JOIN ingestion_layer.dim_devices AS known USING (device_id)
    WHERE judged.outcome IN ('loaded', 'corrected', 'superseded') OR judged.is_late
  ),

  versions AS (
    SELECT kept.*, files.path
    FROM ingestion_layer.dim_devices_history AS kept
    JOIN touched USING (device_key)
    JOIN operations.source_files AS files USING (file_id)
  ),

  said_again AS (
    SELECT
      touched.device_key, ranges.stated_at, files.path, ranges.file_id, ranges.last_line AS source_line, in_force.store_key, in_force.device_type
    FROM touched
    JOIN operations.file_ranges AS ranges ON ranges.stated_ids @> touched.device_id
    JOIN operations.source_files AS files ON files.file_id = ranges.file_id AND files.source = 'devices'
    CROSS JOIN LATERAL (
      SELECT *
      FROM versions
      WHERE versions.device_key = touched.device_key AND versions.valid_from <= ranges.stated_at
      ORDER BY versions.valid_from DESC
      LIMIT 1
    ) AS in_force
  ),

  said AS (
    SELECT device_key, stated_at, path, file_id, source_line, store_key, device_type
    FROM versions
    UNION ALL
    SELECT device_key, stated_at, path, file_id, source_line, store_key, device_type
    FROM said_again
    UNION ALL
    SELECT
      touched.device_key,
      judged.said_at,
      files.path,
      files.file_id,
      judged.source_line,
      judged.store_key,
      judged.device_type
    FROM judged_devices AS judged
    JOIN touched USING (device_id)
    JOIN operations.source_files AS files USING (file_id)
    WHERE judged.outcome <> 'unknown_store'
  ),

  moments AS (
    SELECT DISTINCT ON (device_key, stated_at) *
    FROM said
    ORDER BY device_key, stated_at, path COLLATE "C" DESC, file_id DESC, source_line DESC
  ),

  compared AS (
    SELECT
      *,
      row_number() OVER by_time = 1 AS is_first,
      ROW(store_key, device_type) IS DISTINCT FROM lag(ROW(store_key, device_type)) OVER by_time AS differs
    FROM moments
    WINDOW by_time AS (PARTITION BY device_key ORDER BY stated_at)
  )

SELECT
  device_key,
  CASE WHEN is_first THEN '-infinity' ELSE stated_at END,
  lead(stated_at) OVER by_time,
  lead(stated_at) OVER by_time IS NULL,
  stated_at,
  file_id,
  source_line,
  store_key, device_type
FROM compared
WHERE is_first OR differs
WINDOW by_time AS (PARTITION BY device_key ORDER BY stated_at);
