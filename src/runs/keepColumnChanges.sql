-- Grain: the file as this run meets it, whose columns are not those of the last file of its source.
INSERT INTO operations.run_files (run_id, file_id, source, compared_with, schema_changes)
VALUES (:run_id, :file_id, :source::operations.source, :compared_with, :schema_changes::jsonb)
ON CONFLICT (run_id, file_id) DO UPDATE SET
  compared_with = excluded.compared_with,
  schema_changes = excluded.schema_changes;
