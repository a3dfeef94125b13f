-- Grain: the session that a connection leads to: whether it waits for its client, for how long its state has been so, and
-- how much of a COPY has come.
SELECT
  wait_event IS NOT DISTINCT FROM 'ClientRead'
    -- Citus waits for its nodes under the same name: then it is a client that is waited for in a COPY alone.
    AND NOT (
      state = 'active'
      AND current_setting('citus.shard_count', true) IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_stat_progress_copy AS copy WHERE copy.pid = activity.pid)
    ) AS waits_for_client,
  state = 'active' AS is_active,
  (1000 * extract(EPOCH FROM clock_timestamp() - state_change))::bigint AS milliseconds,
  (SELECT bytes_processed FROM pg_stat_progress_copy AS copy WHERE copy.pid = activity.pid) AS copied_bytes
FROM pg_stat_activity AS activity
WHERE pid = :pid::integer;
