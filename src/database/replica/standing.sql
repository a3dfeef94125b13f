-- Grain: one row: which server this is, and how far it has got: a primary's log as it is flushed, and so can be sent; a replica's as it is
-- replayed, with the moment of the latest commit in that, by its primary's clock.
SELECT
  pg_is_in_recovery() AS is_standby,
  (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
  (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database,
  pg_postmaster_start_time()::text AS started_at,
  extract(epoch FROM clock_timestamp())::float8 AS now_s,
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0'::pg_lsn AS reached,
  extract(epoch FROM pg_last_xact_replay_timestamp())::float8 AS replayed_s;
