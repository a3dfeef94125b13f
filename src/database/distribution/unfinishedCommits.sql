-- Grain: one row: how many transactions of before are prepared on nodes, and not yet told that they were committed; and how many
-- nodes cannot be asked.
SELECT
  count(*) FILTER (WHERE NOT success)::integer AS away,
  coalesce(sum(CASE WHEN success THEN result::integer END), 0)::integer AS unfinished
FROM run_command_on_workers(
  $$SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database() AND gid LIKE 'citus\_%'$$
);
