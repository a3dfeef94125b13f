-- A statement of this transaction that waits longer for a lock fails.
SELECT set_config('lock_timeout', (:milliseconds::integer)::text, true);
