-- Grain: the session that a connection leads to: whether it waits for its client, and for how long its state has been so.
SELECT
  wait_event IS NOT DISTINCT FROM 'ClientRead' AS waits_for_client,
  state = 'active' AS is_active,
  (1000 * extract(EPOCH FROM clock_timestamp() - state_change))::bigint AS milliseconds
FROM pg_stat_activity
WHERE pid = :pid::integer;
