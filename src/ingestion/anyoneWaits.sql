-- Grain: one row: whether any session waits for a lock that this one has, or is before it in line for.
SELECT EXISTS (
  SELECT
  FROM pg_locks
  WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
) AS waits;
