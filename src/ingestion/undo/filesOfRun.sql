-- Grain: one path that the run read records from, or noted anything of.
SELECT DISTINCT files.path
FROM operations.source_files AS files
WHERE files.file_id IN (SELECT file_id FROM operations.run_files WHERE run_id = :run_id)
  OR files.file_id IN (
    SELECT (row_key ->> 'file_id')::integer
    FROM operations.run_changes
    WHERE run_id = :run_id AND table_name = 'source_files' AND before IS NULL
  )
ORDER BY files.path;
