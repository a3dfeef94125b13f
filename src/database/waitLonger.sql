-- Grain: one row: a setting of the transaction. It is idle while files are found, and while they settle; should its process
-- be paused, the next run ends it.
SELECT set_config('idle_in_transaction_session_timeout', '15min', true);
