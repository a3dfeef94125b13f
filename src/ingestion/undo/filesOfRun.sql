-- Grain: one path of which a run committed more, or that it met for the first time: not one that it only read again.
SELECT DISTINCT files.path
FROM operations.source_files AS files
JOIN operations.run_changes AS changes
  ON (changes.row_key ->> 'file_id')::integer = files.file_id
WHERE changes.run_id = :run_id
  AND changes.table_name = 'source_files'
  AND (
    changes.before IS NULL
    OR (changes.before ->> 'committed_bytes')::bigint <> files.committed_bytes
    OR (changes.before ->> 'unterminated_bytes')::bigint <> files.unterminated_bytes
  )
ORDER BY files.path;
