-- Grain: one source that something new was ever loaded of, by a run that stands: when that was last. A refresh loads nothing new.
SELECT run_files.source::text, max(coalesce(runs.finished_at, runs.heartbeat_at)) AS loaded_at
FROM operations.run_files
JOIN operations.runs USING (run_id)
WHERE run_files.loaded + run_files.corrected > 0
  AND runs.status <> 'undone'
  AND NOT runs.parameters ? 'full_refresh'
GROUP BY run_files.source;
