-- Grain: one line of the chunk, with the ids of which it says again, from there on, what was said before: all, up to a rejected
-- record whose id nobody knows; those with several records, taken or not, by their line. Runs of ids are kept as such, so a
-- whole export that comes again costs a few bytes.
INSERT INTO operations.stated_stretches (file_id, first_line, stated_at, stated_ids)
WITH
  lines AS (
    SELECT source_line, transaction_id AS id, says_again AND NOT is_by_itself AS is_said FROM judged_transactions
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
GROUP BY unknown_before, CASE WHEN id IN (SELECT repeated.id FROM repeated WHERE repeated.id IS NOT NULL) THEN source_line END;
