-- Grain: one version of a store or device that the chunk says something new of, as the whole of what was said of it has it.
-- A record that only says again what was so then is known by the chunk that it is in: it says what was in force at its
-- moment. Of several records of one moment the last counts, by path and line; what does not differ from what was before it
-- is no version.
INSERT INTO :"wanted" (
  :"key", valid_from, valid_to, is_current, stated_at, file_id, source_line, :"attributes"
)
WITH
  touched AS (
    SELECT DISTINCT known.:"key", known.:"id"
    FROM :"judged" AS judged
    JOIN :"dimension" AS known USING (:"id")
    WHERE judged.outcome IN ('loaded', 'corrected', 'superseded') OR judged.is_late
  ),

  versions AS (
    SELECT kept.*, files.path
    FROM :"history" AS kept
    JOIN touched USING (:"key")
    JOIN operations.source_files AS files USING (file_id)
  ),

  said_again AS (
    SELECT touched.:"key", ranges.stated_at, files.path, ranges.file_id, ranges.last_line AS source_line, in_force.*
    FROM touched
    JOIN operations.file_ranges AS ranges ON ranges.stated_ids @> touched.:"id"
    JOIN operations.source_files AS files ON files.file_id = ranges.file_id AND files.source = :source::operations.source
    CROSS JOIN LATERAL (
      SELECT :"attributes"
      FROM versions
      WHERE versions.:"key" = touched.:"key" AND versions.valid_from <= ranges.stated_at
      ORDER BY versions.valid_from DESC
      LIMIT 1
    ) AS in_force
    -- A version that is of the range itself knows its line: one after it, that waited, is the newer.
    WHERE NOT EXISTS (
      SELECT
      FROM versions
      WHERE versions.:"key" = touched.:"key"
        AND versions.file_id = ranges.file_id
        AND versions.source_line BETWEEN ranges.first_line AND ranges.last_line
    )
    -- The same of one that has waited until now, and is found to be the newer.
    AND NOT EXISTS (
      SELECT
      FROM :"judged" AS judged
      WHERE judged.:"id" = touched.:"id"
        AND judged.outcome IN ('loaded', 'corrected')
        AND judged.file_id = ranges.file_id
        AND judged.source_line BETWEEN ranges.first_line AND ranges.last_line
    )
  ),

  said AS (
    SELECT :"key", stated_at, path, file_id, source_line, true AS is_record, :"attributes"
    FROM versions
    UNION ALL
    SELECT :"key", stated_at, path, file_id, source_line, false, :"attributes"
    FROM said_again
    UNION ALL
    SELECT touched.:"key", judged.said_at, files.path, judged.file_id, judged.source_line, true, :"attributes"
    FROM :"judged" AS judged
    JOIN touched USING (:"id")
    JOIN operations.source_files AS files ON files.file_id = judged.file_id
    WHERE judged.outcome <> 'unknown_store'
  ),

  lasting AS (
    SELECT
      *,
      ROW(:"attributes") IS NOT DISTINCT FROM first_value(ROW(:"attributes")) OVER (
        PARTITION BY :"key", stated_at ORDER BY path COLLATE "C" DESC, file_id DESC, source_line DESC
      ) AS is_last_said
    FROM said
  ),

  -- A version is of a record: of what is said again, only the chunk is known.
  moments AS (
    SELECT DISTINCT ON (:"key", stated_at) *
    FROM lasting
    WHERE is_last_said
    ORDER BY :"key", stated_at, is_record DESC, path COLLATE "C" DESC, file_id DESC, source_line DESC
  ),

  compared AS (
    SELECT
      *,
      row_number() OVER by_time = 1 AS is_first,
      ROW(:"attributes") IS DISTINCT FROM lag(ROW(:"attributes")) OVER by_time AS differs
    FROM moments
    WINDOW by_time AS (PARTITION BY :"key" ORDER BY stated_at)
  )

SELECT
  :"key",
  CASE WHEN is_first THEN '-infinity' ELSE stated_at END,
  lead(stated_at) OVER by_time,
  lead(stated_at) OVER by_time IS NULL,
  stated_at,
  file_id,
  source_line,
  :"attributes"
FROM compared
WHERE is_first OR differs
WINDOW by_time AS (PARTITION BY :"key" ORDER BY stated_at);
