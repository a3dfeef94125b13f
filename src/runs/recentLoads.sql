-- Grain: one load of a source by an earlier run that stands: the records that it read of one file; the latest first. A backfill
-- takes some of a file, and a refresh takes at once what came in many loads: neither says what is usual.
SELECT run_files.records_read
FROM operations.run_files
JOIN operations.runs USING (run_id)
WHERE runs.status <> 'undone'
  AND NOT (runs.parameters ?| ARRAY['from_id', 'to_id', 'from_date', 'to_date', 'full_refresh'])
  AND run_files.source = :source::operations.source
  AND run_id < :run_id
  AND run_files.records_read > 0
ORDER BY run_id DESC, file_id DESC
LIMIT :most;
