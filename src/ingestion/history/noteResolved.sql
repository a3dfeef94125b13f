-- Grain: one stretch of lines that follow each other, of stores or devices that were in quarantine and are taken by now.
INSERT INTO operations.stated_stretches (file_id, first_line, last_line, stated_at, stated_ids)
WITH
  lines AS (SELECT DISTINCT file_id, said_at, source_line, :"id" AS id FROM :"judged" WHERE outcome <> 'unknown_store'),

  placed AS (SELECT *, source_line - row_number() OVER (PARTITION BY file_id, said_at ORDER BY source_line) AS stretch FROM lines)

SELECT file_id, min(source_line), max(source_line), said_at, range_agg(int8range(id, id, '[]'))
FROM placed
GROUP BY file_id, said_at, stretch
ON CONFLICT (file_id, first_line, stated_at) DO UPDATE
SET
  last_line = greatest(stated_stretches.last_line, excluded.last_line),
  stated_ids = stated_stretches.stated_ids + excluded.stated_ids;
