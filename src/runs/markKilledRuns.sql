-- Grain: one run that still says it runs under a lock which its caller holds now, with its steps that do.
WITH
  killed AS (
    UPDATE operations.runs
    SET
      status = 'killed',
      finished_at = :now,
      error_code = 'run_killed',
      error_message = 'The process died; its committed chunks stand.'
    WHERE status = 'running' AND lock_name = :lock_name
    RETURNING run_id
  ),

  steps AS (
    UPDATE operations.run_steps
    SET status = 'killed', finished_at = :now
    WHERE run_id IN (SELECT run_id FROM killed) AND status = 'running'
  )

SELECT run_id FROM killed ORDER BY run_id;
