-- Grain: one row: the database that this is, the server's major version, and whether the database has Citus.
SELECT
  current_database()::text AS database,
  current_setting('server_version_num')::integer / 10000 AS major,
  to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS has_citus;
