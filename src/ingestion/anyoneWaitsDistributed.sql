-- Grain: as in anyoneWaits.sql, for facts that are distributed: what this session has locked of them is locked on their nodes.
SELECT
  EXISTS (
    SELECT
    FROM pg_locks
    WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
  )
  OR EXISTS (SELECT FROM citus_lock_waits WHERE blocking_gpid = citus_backend_gpid()) AS waits;
