-- Grain: the run that begins, which its lock names from now on; none where its due time was run for meanwhile. The caller holds
-- the lock, so whoever began to run for it before is dead: attempts of a due time follow each other.
WITH
  claimed AS (
    UPDATE operations.job_slots
    SET attempts = attempts + 1, not_before = NULL
    WHERE job = :job AND due_at = :due_at::timestamptz AND state = 'due'
    RETURNING job, due_at, attempts
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

SELECT run_id, (SELECT attempts FROM claimed) AS attempts FROM started;
