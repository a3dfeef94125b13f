-- Grain: one file of the source with quarantined records that the run has loaded.
SELECT files.path, count(*)::integer AS resolved
FROM operations.quarantine AS resolved
JOIN operations.source_files AS files USING (file_id)
WHERE resolved.source = :source::operations.source AND resolved.state = 'resolved' AND resolved.resolved_run_id = :run_id
GROUP BY files.path;
