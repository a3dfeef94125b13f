-- Grain: one result of a check, of a run that ended before a moment.
DELETE FROM operations.check_results AS results
USING operations.runs
WHERE runs.run_id = results.run_id AND runs.finished_at < :before::timestamptz;
