-- Grain: one run that only read, and ended before a moment. Nothing refers to it but its steps and results of checks, which
-- have gone before it.
DELETE FROM operations.runs
WHERE lock_name <> 'warehouse' AND finished_at < :before::timestamptz;
