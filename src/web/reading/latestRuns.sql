-- Grain: one job: its latest run that has ended and stands; of jobs without a schedule none that began more than a week ago: what
-- somebody once did by hand is no state of the warehouse for good.
SELECT jobs.job, latest.run_id, latest.status::text, latest.error_code
FROM (SELECT DISTINCT job FROM operations.run_totals) AS jobs
CROSS JOIN LATERAL (
  SELECT runs.run_id, runs.status, runs.error_code, runs.started_at
  FROM operations.runs
  WHERE runs.job = jobs.job AND runs.status NOT IN ('running', 'undone')
  ORDER BY runs.started_at DESC
  LIMIT 1
) AS latest
WHERE latest.started_at > :now::timestamptz - interval '7 days'
  OR EXISTS (SELECT FROM operations.job_schedules AS schedules WHERE schedules.job = jobs.job)
ORDER BY jobs.job;
