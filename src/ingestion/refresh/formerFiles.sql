-- Grain: one file that stands and of which a run that was not taken back read records.
SELECT files.*
FROM operations.source_files AS files
WHERE files.status <> 'replaced'
  AND EXISTS (
    SELECT
    FROM operations.run_files
    JOIN operations.runs USING (run_id)
    WHERE run_files.file_id = files.file_id AND run_files.bytes_read > 0 AND runs.status <> 'undone'
  )
ORDER BY files.path COLLATE "C", files.file_id;
