-- Grain: the run that ends.
UPDATE operations.runs
SET
  status = :status::operations.run_status,
  watermark = (SELECT watermark FROM operations.watermarks WHERE source = 'transactions'),
  finished_at = :now,
  error_code = :error_code,
  error_message = :error_message
WHERE run_id = :run_id;
