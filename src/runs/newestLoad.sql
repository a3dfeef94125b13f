-- Grain: one row: when something of a source was last loaded that was new, by a run that stands; null: never. A refresh loads
-- nothing new. A run counts from its last sign of life.
SELECT max(coalesce(runs.finished_at, runs.heartbeat_at)) AS loaded_at
FROM operations.run_files
JOIN operations.runs USING (run_id)
WHERE run_files.source = :source::operations.source
  AND run_files.loaded + run_files.corrected > 0
  AND runs.status <> 'undone'
  AND NOT runs.parameters ? 'full_refresh';
