-- Grain: one job. Whoever else accounts for its due times waits until this is committed.
SELECT cron, timezone, accounted_through, paused_at FROM operations.job_schedules
WHERE job = :job
FOR UPDATE;
