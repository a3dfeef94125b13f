-- Grain: one quarantined record that cannot be read this time either, for another reason than before. One index look-up for each
-- that was read, whatever the planner knows of what is in quarantine.
WITH
  again AS MATERIALIZED (
    SELECT of_line.quarantine_id, staged.reason, staged.column_name, staged.natural_key, staged.fields
    FROM staged_rejects AS staged
    CROSS JOIN LATERAL (
      SELECT quarantine_id, state, reason, column_name, natural_key, fields
      FROM operations.quarantine
      WHERE file_id = :file_id::integer AND source_line = staged.source_line
      OFFSET 0
    ) AS of_line
    WHERE of_line.state = 'rejected'
      AND (of_line.reason, of_line.column_name, of_line.natural_key, of_line.fields)
        IS DISTINCT FROM (staged.reason, staged.column_name, staged.natural_key, staged.fields)
  )

UPDATE operations.quarantine AS kept
SET reason = again.reason, column_name = again.column_name, natural_key = again.natural_key, fields = again.fields
FROM again
WHERE kept.quarantine_id = again.quarantine_id AND kept.state = 'rejected';
