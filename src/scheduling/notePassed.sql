-- Grain: one stretch of due times that nobody runs for, with the sum that its job has of those that were missed. Those that came
-- while a run of the job was at work were not missed: it did for them.
WITH
  noted AS (
    INSERT INTO operations.job_slots_passed (job, first_due_at, last_due_at, times, reason, noted_at)
    SELECT
      :job::text,
      :first_due_at::timestamptz,
      :last_due_at::timestamptz,
      :times::bigint,
      CASE
        WHEN :reason::text = 'missed' AND EXISTS (
          SELECT
          FROM operations.runs
          WHERE runs.job = :job::text
            AND runs.started_at <= :first_due_at::timestamptz
            AND runs.finished_at >= :last_due_at::timestamptz
            AND runs.status IN ('succeeded', 'failed', 'stopped')
        ) THEN 'busy'
        ELSE :reason::text
      END,
      :now::timestamptz
    RETURNING job, reason, times
  )

UPDATE operations.job_schedules AS schedules
SET missed_times = schedules.missed_times + noted.times
FROM noted
WHERE schedules.job = noted.job AND noted.reason = 'missed';
