-- Grain: one committed range that does not begin where the one before it ended.
WITH
  ranges AS (
    SELECT
      file_id,
      start_byte,
      coalesce(lag(end_byte) OVER (PARTITION BY file_id ORDER BY start_byte), 0) AS expected_start
    FROM operations.file_ranges
  )

SELECT 'file ' || file_id AS subject, expected_start::text AS expected, start_byte::text AS actual
FROM ranges
WHERE start_byte <> expected_start
ORDER BY file_id, start_byte
LIMIT :limit::integer;
