-- Grain: the run that goes on after a failure, with its steps that a broken connection left open closed. Its status says
-- whether it is still this process's: another one that took its lock has taken it for dead.
WITH
  resumed AS (
    UPDATE operations.runs
    SET heartbeat_at = :now
    WHERE run_id = :run_id AND status = 'running'
    RETURNING run_id, lock_name
  ),

  named AS (
    UPDATE operations.run_locks
    SET run_id = resumed.run_id
    FROM resumed
    WHERE run_locks.name = resumed.lock_name
  ),

  steps AS (
    UPDATE operations.run_steps
    SET status = 'failed', finished_at = :now, error_message = :error_message
    WHERE run_id IN (SELECT run_id FROM resumed) AND status = 'running'
  )

SELECT status FROM operations.runs WHERE run_id = :run_id;
