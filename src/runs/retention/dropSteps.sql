-- Grain: one step of a run that ended before a moment. The run's own row stays: facts name it.
DELETE FROM operations.run_steps AS steps
USING operations.runs
WHERE runs.run_id = steps.run_id AND runs.finished_at < :before::timestamptz;
