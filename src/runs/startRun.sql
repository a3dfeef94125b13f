-- Grain: one row: the run that begins, which its lock names from now on; none where its due time is not to be run for any more,
-- or not now. The caller holds the lock, so whoever began to run for it before is dead: attempts of a due time follow each other.
WITH
  open AS (
    SELECT slots.job, slots.due_at, slots.attempts < :most_attempts AS is_worth_it
    FROM operations.job_slots AS slots
    JOIN operations.job_schedules AS schedules USING (job)
    WHERE slots.job = :job
      AND slots.due_at = :due_at::timestamptz
      AND slots.state = 'due'
      AND (slots.not_before IS NULL OR slots.not_before <= :now)
      AND schedules.paused_at IS NULL
  ),

  claimed AS (
    UPDATE operations.job_slots AS slots
    SET attempts = slots.attempts + 1, not_before = NULL
    FROM open
    WHERE slots.job = open.job AND slots.due_at = open.due_at AND open.is_worth_it
    RETURNING slots.job, slots.due_at, slots.attempts
  ),

  given_up AS (
    UPDATE operations.job_slots AS slots
    SET state = 'failed', decided_at = :now, not_before = NULL
    FROM open
    WHERE slots.job = open.job AND slots.due_at = open.due_at AND NOT open.is_worth_it
    RETURNING slots.due_at
  ),

  done_for AS (
    UPDATE operations.job_slots AS earlier
    SET state = 'passed', decided_at = :now, not_before = NULL
    FROM claimed
    WHERE :does_for_earlier::boolean
      AND earlier.job = claimed.job
      AND earlier.due_at < claimed.due_at
      AND earlier.state = 'due'
  ),

  started AS (
    INSERT INTO operations.runs (job, trigger, parameters, due_at, started_at, heartbeat_at, process, versions_before)
    SELECT
      :job,
      :trigger,
      :parameters::jsonb,
      :due_at::timestamptz,
      :now,
      :now,
      :process,
      coalesce(pg_sequence_last_value('ingestion_layer.fct_transactions_history_version_id_seq'), 0)
    WHERE :due_at::timestamptz IS NULL OR EXISTS (SELECT FROM claimed)
    RETURNING run_id
  ),

  named AS (
    UPDATE operations.run_locks
    SET run_id = started.run_id
    FROM started
    WHERE run_locks.name = 'warehouse'
  )

SELECT
  (SELECT run_id FROM started) AS run_id,
  (SELECT attempts FROM claimed) AS attempts,
  EXISTS (SELECT FROM given_up) AS is_given_up;
