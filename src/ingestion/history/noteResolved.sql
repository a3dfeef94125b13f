-- Grain: one run of lines that follow each other, of stores or devices that were in quarantine and are taken by now.
INSERT INTO operations.stated_stretches (file_id, first_line, stated_at, stated_ids)
WITH
  lines AS (SELECT DISTINCT file_id, said_at, source_line, :"id" AS id FROM :"judged" WHERE is_said),

  repeated AS MATERIALIZED (SELECT file_id, id FROM lines GROUP BY file_id, id HAVING count(*) > 1),

  placed AS (
    SELECT *, source_line - row_number() OVER (PARTITION BY file_id, said_at ORDER BY source_line) AS run_of_lines
    FROM lines
  )

SELECT file_id, min(source_line), said_at, range_agg(int8range(id, id, '[]'))
FROM placed
GROUP BY
  file_id,
  said_at,
  run_of_lines,
  CASE WHEN (file_id, id) IN (SELECT repeated.file_id, repeated.id FROM repeated) THEN source_line END
ON CONFLICT (file_id, first_line, stated_at) DO UPDATE SET stated_ids = stated_stretches.stated_ids + excluded.stated_ids;
