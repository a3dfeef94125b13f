-- Grain: one row: the run that begins, which its lock names from now on; none where its due time is not to be run for any more,
-- or not now. The caller holds the lock, so whoever began to run for it before is dead: attempts of a due time follow each other.
WITH
  claimed AS (
    UPDATE operations.job_slots AS slots
    SET
      not_before = NULL,
      attempts = slots.attempts + (slots.attempts < :most_attempts)::integer,
      -- Or given up.
      state = CASE WHEN slots.attempts < :most_attempts THEN slots.state ELSE 'failed' END,
      decided_at = CASE WHEN slots.attempts >= :most_attempts THEN :now::timestamptz END
    FROM operations.job_schedules AS schedules
    WHERE slots.job = :job
      AND slots.due_at = :due_at::timestamptz
      AND slots.state = 'due'
      AND (slots.not_before IS NULL OR slots.not_before <= :now)
      AND schedules.job = slots.job
      AND schedules.paused_at IS NULL
    RETURNING slots.job, slots.due_at, slots.attempts, slots.state
  ),

  done_for AS (
    UPDATE operations.job_slots AS earlier
    SET state = 'passed', decided_at = :now, not_before = NULL
    FROM claimed
    WHERE :does_for_earlier::boolean
      AND claimed.state = 'due'
      AND earlier.job = claimed.job
      AND earlier.due_at < claimed.due_at
      AND earlier.state = 'due'
  ),

  started AS (
    INSERT INTO operations.runs (job, trigger, parameters, due_at, started_at, heartbeat_at, process, lock_name, versions_before)
    SELECT
      :job,
      :trigger,
      :parameters::jsonb,
      :due_at::timestamptz,
      :now,
      :now,
      :process,
      :lock_name,
      coalesce(pg_sequence_last_value('ingestion_layer.fct_transactions_history_version_id_seq'), 0)
    WHERE :due_at::timestamptz IS NULL OR EXISTS (SELECT FROM claimed WHERE state = 'due')
    RETURNING run_id, lock_name
  ),

  named AS (
    UPDATE operations.run_locks
    SET run_id = started.run_id
    FROM started
    WHERE run_locks.name = started.lock_name
  )

SELECT
  (SELECT run_id FROM started) AS run_id,
  (SELECT attempts FROM claimed) AS attempts,
  EXISTS (SELECT FROM claimed WHERE state = 'failed') AS is_given_up;
