-- Grain: one job: its latest run that has ended and stands.
SELECT jobs.job, latest.run_id, latest.status::text, latest.error_code
FROM (SELECT DISTINCT job FROM operations.runs) AS jobs
CROSS JOIN LATERAL (
  SELECT runs.run_id, runs.status, runs.error_code
  FROM operations.runs
  WHERE runs.job = jobs.job AND runs.status NOT IN ('running', 'undone')
  ORDER BY runs.run_id DESC
  LIMIT 1
) AS latest
ORDER BY jobs.job;
