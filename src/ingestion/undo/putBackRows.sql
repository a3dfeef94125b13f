-- Grain: one row that was there before the run and that the run changed, as it was noted. Columns that were not noted keep what
-- they have.
INSERT INTO :"table" AS kept (:"columns")
SELECT :"former_columns"
FROM operations.run_changes AS changes
CROSS JOIN LATERAL jsonb_populate_record(NULL:::"table", changes.row_key) AS noted
LEFT JOIN :"table" AS present ON (:"present_key") = (:"noted_key")
CROSS JOIN LATERAL jsonb_populate_record(present, changes.before) AS former
WHERE changes.run_id = :run_id AND changes.table_name = :table_name AND changes.before IS NOT NULL
ON CONFLICT (:"key") DO UPDATE SET (:"columns") = ROW(:"excluded_columns");
