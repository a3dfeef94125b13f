-- Grain: the step that ends; none where another process has taken its run for dead.
UPDATE operations.run_steps
SET
  status = :status::operations.run_status,
  finished_at = :now,
  duration_ms = :duration_ms,
  counts = :counts::jsonb,
  error_message = :error_message
WHERE run_id = :run_id AND step_number = :step_number AND status = 'running';
