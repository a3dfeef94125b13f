-- Grain: one job that a daemon has, or that was ever run: what holds of it now, and its due times that were missed; null where it
-- has none.
WITH
  at_work AS (SELECT DISTINCT job FROM operations.runs WHERE status = 'running'),

  jobs AS (
    SELECT job FROM operations.job_schedules
    UNION
    SELECT job FROM operations.run_totals
    UNION
    SELECT job FROM at_work
  ),

  open AS (
    -- The one that a run is at work for waits for nothing.
    SELECT job, bool_or(not_before IS NOT NULL) AS is_retrying
    FROM operations.job_slots
    WHERE state = 'due'
    GROUP BY job
  )

SELECT
  jobs.job,
  at_work.job IS NOT NULL AS running,
  schedules.paused_at IS NOT NULL AS paused,
  coalesce(open.is_retrying, false) AS retrying,
  open.job IS NOT NULL AND NOT open.is_retrying AND at_work.job IS NULL AS due,
  schedules.missed_times::double precision
FROM jobs
LEFT JOIN at_work USING (job)
LEFT JOIN operations.job_schedules AS schedules USING (job)
LEFT JOIN open USING (job)
ORDER BY jobs.job;
