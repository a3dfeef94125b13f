-- Grain: one row, the newest run of a warehouse; none where it has had no run.
SELECT run_id, started_at::text AS started_at FROM operations.runs ORDER BY run_id DESC LIMIT 1;
