-- Grain: the run that ends; none where another process has taken it for dead.
UPDATE operations.runs
SET
  status = :status::operations.run_status,
  watermark = (SELECT watermark FROM operations.watermarks WHERE source = 'transactions'),
  finished_at = :now,
  error_code = :error_code,
  error_message = :error_message
WHERE run_id = :run_id AND status = 'running';
