-- Grain: one run that still says it runs under a lock which its caller holds now, with its steps that do, and the totals of its job.
WITH
  killed AS (
    UPDATE operations.runs
    SET
      status = 'killed',
      finished_at = :now,
      error_code = 'run_killed',
      error_message = 'The process died; its committed chunks stand.'
    WHERE status = 'running' AND lock_name = :lock_name
    RETURNING run_id, job, status, started_at, finished_at, heartbeat_at
  ),

  steps AS (
    UPDATE operations.run_steps
    SET status = 'killed', finished_at = :now
    WHERE run_id IN (SELECT run_id FROM killed) AND status = 'running'
  ),

  measured AS (
    -- Until its last sign of life: its end is when somebody found it. The clock may have been set meanwhile.
    SELECT job, status, finished_at, greatest(extract(epoch FROM heartbeat_at - started_at)::double precision, 0) AS seconds
    FROM killed
  ),

  -- As in finishRun.sql, of any number.
  counted AS (
    INSERT INTO operations.run_totals AS totals (job, status, within_seconds, runs, seconds, last_ended_at)
    SELECT job, status, within_seconds, count(*), sum(seconds), max(finished_at)
    FROM measured
    CROSS JOIN LATERAL (
      SELECT min(bound) AS within_seconds
      FROM unnest(:duration_bounds::double precision[]) AS bounds (bound)
      WHERE bound >= seconds
    ) AS length
    GROUP BY job, status, within_seconds
    ON CONFLICT (job, status, within_seconds) DO UPDATE
    SET
      runs = totals.runs + excluded.runs,
      seconds = totals.seconds + excluded.seconds,
      last_ended_at = greatest(totals.last_ended_at, excluded.last_ended_at)
  )

SELECT run_id FROM killed ORDER BY run_id;
