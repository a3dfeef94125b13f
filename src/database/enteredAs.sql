-- Grain: one row, what this session is like of what it was asked to be, and whether its server runs Citus.
SELECT
  current_user::text AS "user",
  current_setting('TimeZone') AS time_zone,
  current_setting('default_transaction_read_only') = 'on' AS is_read_only,
  to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS is_of_cluster;
