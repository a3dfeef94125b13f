-- Grain: one load of a source by an earlier run that stands: the records that it read of one file; the latest first.
SELECT records_read
FROM operations.run_files
WHERE source = :source::operations.source AND run_id < :run_id AND records_read > 0
  AND NOT EXISTS (SELECT FROM operations.runs WHERE runs.run_id = run_files.run_id AND runs.status = 'undone')
ORDER BY run_id DESC, file_id DESC
LIMIT :most;
