-- Grain: one row: the settings of a loader's session, and whether it is one of a server that runs Citus.
--
-- Locks of a process that was paused in the middle of a chunk, or of one whose machine is gone, do not last for ever: its
-- transaction is ended after a minute, and TCP asks after it when it has been silent. Compiling a chunk's statements takes
-- longer than running them does. That a staging table is there already is no news.
SELECT
  set_config('idle_in_transaction_session_timeout', '60s', false),
  set_config('tcp_keepalives_idle', '10', false),
  set_config('tcp_keepalives_interval', '5', false),
  set_config('tcp_keepalives_count', '3', false),
  set_config('temp_buffers', '128MB', false),
  set_config('work_mem', '64MB', false),
  set_config('jit', 'off', false),
  set_config('client_min_messages', 'warning', false),
  to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS is_of_cluster;
