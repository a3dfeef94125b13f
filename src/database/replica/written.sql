-- Grain: one row: the place that a primary's log has come to.
SELECT pg_current_wal_lsn()::text AS reached;
