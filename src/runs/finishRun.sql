-- Grain: the run that ends, with what becomes of its due time, and the totals of its job; none where another process has taken it
-- for dead.
WITH
  ended AS (
    UPDATE operations.runs
    SET
      status = :status::operations.run_status,
      watermark = (SELECT watermark FROM operations.watermarks WHERE source = 'transactions'),
      finished_at = :now,
      error_code = :error_code,
      error_message = :error_message
    WHERE run_id = :run_id AND status = 'running'
    RETURNING run_id, job, due_at, status, started_at, finished_at
  ),

  decided AS (
    UPDATE operations.job_slots AS slots
    SET
      state = :slot_state::operations.slot_state,
      not_before = :not_before::timestamptz,
      decided_at = CASE WHEN :slot_state::text <> 'due' THEN :now::timestamptz END,
      -- One that was told to stop is no attempt.
      attempts = slots.attempts - (ended.status = 'stopped')::integer
    FROM ended
    WHERE slots.job = ended.job AND slots.due_at = ended.due_at AND slots.state = 'due'
  ),

  measured AS (
    -- The clock may have been set meanwhile.
    SELECT job, status, finished_at, greatest(extract(epoch FROM finished_at - started_at)::double precision, 0) AS seconds
    FROM ended
  ),

  -- As in markKilledRuns.sql, of one.
  counted AS (
    INSERT INTO operations.run_totals AS totals (job, status, within_seconds, runs, seconds, last_ended_at)
    SELECT
      job,
      status,
      (SELECT min(bound) FROM unnest(:duration_bounds::double precision[]) AS bounds (bound) WHERE bound >= seconds),
      1,
      seconds,
      finished_at
    FROM measured
    ON CONFLICT (job, status, within_seconds) DO UPDATE
    SET
      runs = totals.runs + excluded.runs,
      seconds = totals.seconds + excluded.seconds,
      last_ended_at = greatest(totals.last_ended_at, excluded.last_ended_at)
  )

SELECT run_id FROM ended;
