-- Grain: one job, whose due times are accounted for.
UPDATE operations.job_schedules
SET cron = :cron, timezone = :timezone, accounted_through = :accounted_through, paused_at = :paused_at, updated_at = :now
WHERE job = :job;
