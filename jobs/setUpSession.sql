-- Grain: one row: the settings of a session of a job. A statement whose connection was cut ends soon, and not when
-- it has its answer; only some systems can tell a server that it was.
SELECT set_config('client_connection_check_interval', '5s', false)
WHERE version() LIKE '%linux%';
