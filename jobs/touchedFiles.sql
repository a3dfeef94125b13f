-- Grain: one path with a file that the run has done something to by now: committed records of it, or loaded quarantined
-- ones. The quarantine is only looked at when the run has loaded anything of it.
SELECT files.path
FROM operations.run_files AS committed
JOIN operations.source_files AS files USING (file_id)
WHERE committed.run_id = :run_id
UNION
SELECT files.path
FROM operations.runs AS this_run
CROSS JOIN LATERAL (
  SELECT quarantine.file_id
  FROM operations.quarantine
  WHERE this_run.resolved > 0
    AND quarantine.source = :source::operations.source
    AND quarantine.state = 'resolved'
    AND quarantine.resolved_run_id = this_run.run_id
) AS resolved
JOIN operations.source_files AS files USING (file_id)
WHERE this_run.run_id = :run_id;
