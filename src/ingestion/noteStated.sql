-- Grain: one line of the chunk, with the ids that it says something of from there on: all that are to be noted, up to a rejected
-- record whose id nobody knows; those with several records, taken or not, by the line of each. Runs of ids are kept as such, so
-- a whole export that comes again costs a few bytes.
INSERT INTO operations.stated_stretches (file_id, first_line, stated_at, stated_ids)
WITH
  lines AS (
    SELECT source_line, :"id" AS id, is_said FROM :"judged"
    UNION ALL
    SELECT source_line, natural_key, false FROM staged_rejects
  ),

  repeated AS MATERIALIZED (SELECT id FROM lines GROUP BY id HAVING count(*) > 1),

  placed AS (
    SELECT *, count(*) FILTER (WHERE id IS NULL) OVER (ORDER BY source_line) AS unknown_before
    FROM lines
  )

SELECT :file_id::integer, min(source_line), :stated_at::timestamptz, range_agg(int8range(id, id, '[]'))
FROM placed
WHERE is_said
GROUP BY unknown_before, CASE WHEN id IN (SELECT repeated.id FROM repeated WHERE repeated.id IS NOT NULL) THEN source_line END
-- A line that was read before it had its end.
ON CONFLICT (file_id, first_line, stated_at) DO UPDATE SET stated_ids = stated_stretches.stated_ids + excluded.stated_ids;
