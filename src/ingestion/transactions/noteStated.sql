-- Grain: one stretch of the chunk's lines in which every record was taken, with the ids of which it says again what was said
-- before. Runs of ids are kept as such, so a whole export that comes again costs a few bytes.
INSERT INTO operations.stated_stretches (file_id, first_line, last_line, stated_at, stated_ids)
WITH
  lines AS (
    SELECT source_line, transaction_id AS id FROM judged_transactions WHERE says_again AND NOT is_by_itself
    UNION ALL
    SELECT source_line, NULL FROM judged_transactions WHERE outcome = 'unknown_device'
    UNION ALL
    SELECT source_line, NULL FROM staged_rejects
  ),

  placed AS (SELECT *, count(*) FILTER (WHERE id IS NULL) OVER (ORDER BY source_line) AS stretch FROM lines)

SELECT :file_id::integer, min(source_line), max(source_line), :stated_at::timestamptz, range_agg(int8range(id, id, '[]'))
FROM placed
WHERE id IS NOT NULL
GROUP BY stretch;
