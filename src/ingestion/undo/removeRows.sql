-- Grain: one row that the run added or, with :even_changed, that it changed in any way.
DELETE FROM :"table" AS kept
USING operations.run_changes AS changes
CROSS JOIN LATERAL jsonb_populate_record(NULL:::"table", changes.row_key) AS noted
WHERE changes.run_id = :run_id
  AND changes.table_name = :table_name
  AND (changes.before IS NULL OR :even_changed::boolean)
  AND (:"kept_key") = (:"noted_key");
