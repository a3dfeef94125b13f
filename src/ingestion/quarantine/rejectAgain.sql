-- Grain: one quarantined record that cannot be read this time either, for another reason than before.
UPDATE operations.quarantine AS kept
SET reason = again.reason, column_name = again.column_name, natural_key = again.natural_key, fields = again.fields
FROM staged_rejects AS again
WHERE kept.file_id = :file_id::integer
  AND kept.source_line = again.source_line
  AND kept.state = 'rejected'
  AND (kept.reason, kept.column_name, kept.natural_key, kept.fields)
    IS DISTINCT FROM (again.reason, again.column_name, again.natural_key, again.fields);
