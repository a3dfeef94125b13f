-- Grain: one reason for which a run rejected records of a file, in one column, where it was of one.
SELECT files.path, rejected.reason, rejected.column_name AS column, count(*)::integer AS records,
  min(rejected.source_line) AS first_line
FROM operations.quarantine AS rejected
JOIN operations.source_files AS files USING (file_id)
WHERE rejected.run_id = :run_id
GROUP BY files.path, rejected.reason, rejected.column_name
ORDER BY files.path COLLATE "C", records DESC, rejected.reason COLLATE "C", rejected.column_name COLLATE "C" NULLS FIRST;
