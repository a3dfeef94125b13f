-- Grain: one stretch of the chunk's lines in which every record was taken, with the stores or devices that it has a record of.
INSERT INTO operations.stated_stretches (file_id, first_line, last_line, stated_at, stated_ids)
WITH
  lines AS (
    SELECT source_line, CASE WHEN outcome <> 'unknown_store' THEN :"id" END AS id FROM :"judged"
    UNION ALL
    SELECT source_line, NULL FROM staged_rejects
  ),

  placed AS (SELECT *, count(*) FILTER (WHERE id IS NULL) OVER (ORDER BY source_line) AS stretch FROM lines)

SELECT :file_id::integer, min(source_line), max(source_line), :stated_at::timestamptz, range_agg(int8range(id, id, '[]'))
FROM placed
WHERE id IS NOT NULL
GROUP BY stretch
-- A line that was read before it had its end.
ON CONFLICT (file_id, first_line, stated_at) DO UPDATE
SET
  last_line = greatest(stated_stretches.last_line, excluded.last_line),
  stated_ids = stated_stretches.stated_ids + excluded.stated_ids;
