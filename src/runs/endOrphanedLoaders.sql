-- Grain: one session of a loader that does not know yet that it has lost the warehouse, or is gone itself: its process may
-- be paused, or its connection broken on one side. Ended here, it lets go of its rows, and commits nothing any more. Only
-- for who holds the warehouse, and has no loader yet. Waits up to 5 s for each to end.
SELECT pg_terminate_backend(pid, 5000)
FROM pg_stat_activity
WHERE application_name = 'tillhouse loader'
  AND datname = current_database()
  AND usename = current_user;
