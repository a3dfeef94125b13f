-- Grain: one record of the chunk that could not be read.
INSERT INTO operations.quarantine (
  source, file_id, source_line, run_id, reason, column_name, state, natural_key, fields
)
SELECT
  :source::operations.source, :file_id::integer, source_line, :run_id::integer, reason, column_name, 'rejected',
  natural_key, fields
FROM staged_rejects
ORDER BY source_line;
