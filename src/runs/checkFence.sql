-- Grain: one row while this run still holds the warehouse. Locked until the commit, so that whoever takes over waits
-- for it, and a holder that was taken over from finds nothing. What the transaction changes from here on is noted as the run's.
SELECT name, set_config('tillhouse.run_id', coalesce(run_id::text, ''), true)
FROM operations.run_locks
WHERE name = 'warehouse' AND fencing_token = :fencing_token::bigint
FOR SHARE;
