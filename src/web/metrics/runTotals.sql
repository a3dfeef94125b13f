-- Grain: one job, one way to end and one length: the runs that ever ended so.
SELECT
  job,
  status::text,
  within_seconds,
  runs::double precision,
  seconds,
  extract(epoch FROM last_ended_at)::double precision AS last_ended_at
FROM operations.run_totals
ORDER BY job, status, within_seconds;
