-- A statement of this transaction that waits longer for a lock fails: before any of those that it keeps waiting looks whether they
-- wait for each other (deadlock_timeout, 1 s), and is ended for it.
SELECT set_config('lock_timeout', '300ms', true);
