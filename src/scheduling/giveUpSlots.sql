-- Grain: one due time whose runs died so often that no further one is begun.
UPDATE operations.job_slots AS slots
SET state = 'failed', decided_at = :now, not_before = NULL
WHERE slots.job = :job
  AND slots.state = 'due'
  AND slots.attempts >= :most_attempts
  AND NOT EXISTS (
    SELECT FROM operations.runs
    WHERE runs.job = slots.job AND runs.due_at = slots.due_at AND runs.status = 'running'
  )
RETURNING slots.due_at;
