-- Grain: one row: whether anything refers to a row that the run had added. Asked once a key, for all rows together.
SELECT EXISTS (
  SELECT 1
  FROM :"child" AS kept
  WHERE kept.:"child_column" IN (
    SELECT (row_key ->> :parent_column)::integer
    FROM operations.run_changes
    WHERE run_id = :run_id AND table_name = :table_name AND before IS NULL
  )
) AS found;
