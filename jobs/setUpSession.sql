-- Grain: one row: the settings of a session of a job, and whether it is one of a server that runs Citus. A statement whose
-- connection was cut ends soon, and not when it has its answer; only some systems can tell a server that it was.
SELECT
  -- By a warning a commit on a cluster says that it is not whole.
  set_config('client_min_messages', 'warning', false),
  CASE WHEN version() LIKE '%linux%' THEN set_config('client_connection_check_interval', '5s', false) END,
  to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS is_of_cluster;
