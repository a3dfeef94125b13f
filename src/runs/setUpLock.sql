-- Grain: one row: the settings of a session that holds a lock. It says something every few seconds, so one that
-- is silent for longer belongs to a process that is paused or gone, and the server ends it; with it goes the lock.
SELECT
  set_config('idle_session_timeout', :idle_ms, false),
  set_config('tcp_keepalives_idle', '10', false),
  set_config('tcp_keepalives_interval', '5', false),
  set_config('tcp_keepalives_count', '3', false);
