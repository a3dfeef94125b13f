-- Grain: one file with records that could not be read, and are open: their lines. Of all reasons, or of those that are named.
SELECT
  files.file_id,
  files.source,
  files.path,
  files.status = 'replaced' AS is_replaced,
  array_agg(rejected.source_line::text ORDER BY rejected.source_line) AS lines
FROM operations.quarantine AS rejected
JOIN operations.source_files AS files USING (file_id)
WHERE rejected.state = 'rejected'
  AND (cardinality(:reasons::text[]) = 0 OR rejected.reason = ANY (:reasons::text[]))
GROUP BY files.file_id
ORDER BY files.path COLLATE "C", files.file_id;
