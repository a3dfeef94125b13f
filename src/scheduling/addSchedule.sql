-- Grain: one job, the first time that a daemon has it: nothing was due before.
INSERT INTO operations.job_schedules (job, cron, timezone, accounted_through, updated_at)
VALUES (:job, :cron, :timezone, :now, :now)
ON CONFLICT (job) DO NOTHING;
