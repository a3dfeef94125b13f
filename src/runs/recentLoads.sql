-- Grain: one load of a source by an earlier run: the records that it read of one file; the latest first.
SELECT records_read
FROM operations.run_files
WHERE source = :source::operations.source AND run_id < :run_id AND records_read > 0
ORDER BY run_id DESC, file_id DESC
LIMIT :most;
