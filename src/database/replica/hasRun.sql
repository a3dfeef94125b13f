-- Grain: one row: whether a warehouse has had that run, which began then.
SELECT EXISTS (
  SELECT FROM operations.runs WHERE run_id = :run_id::int AND started_at = :started_at::timestamptz
) AS has_run;
