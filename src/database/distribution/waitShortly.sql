-- A statement of this transaction that waits longer for a lock fails: every reader of the table would wait behind it.
SELECT set_config('lock_timeout', '5s', true);
