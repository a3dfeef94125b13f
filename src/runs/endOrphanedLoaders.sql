-- Grain: one session of a loader, or of who distributes the facts, that does not know yet that it has lost the warehouse, or is
-- gone itself: its process may be paused, or its connection broken on one side. Ended here, it lets go of its rows and tables, and
-- commits nothing any more. Only for who holds the warehouse, and has no loader yet. Waits up to 5 s for each to end.
--
-- Leaves its role until the transaction ends: to see and to end a session takes the rights of the user who logged in.
DO $$
BEGIN
  PERFORM set_config('role', 'none', true);
  PERFORM pg_terminate_backend(pid, 5000)
  FROM pg_stat_activity
  WHERE application_name IN ('tillhouse loader', 'tillhouse distribute')
    AND datname = current_database()
    AND usename = session_user;
END
$$
