-- Grain: the run that ends, and what becomes of its due time; none where another process has taken it for dead.
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
    RETURNING run_id, job, due_at, status
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
  )

SELECT run_id FROM ended;
