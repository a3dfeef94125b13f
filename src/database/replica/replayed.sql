-- Grain: one row: how many seconds a streaming replica is behind, up to a place of its primary's log, or without one up to what it has been
-- sent. Null where it cannot know: it is no replica, or has replayed no commit since it was started.
SELECT CASE
  WHEN NOT pg_is_in_recovery() THEN NULL
  WHEN pg_last_wal_replay_lsn() >= coalesce(:reached::pg_lsn, pg_last_wal_receive_lsn()) THEN 0
  -- GREATEST alone would make 0 of null.
  WHEN pg_last_xact_replay_timestamp() IS NOT NULL
    THEN greatest(0, extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))::float8
END AS behind_s;
