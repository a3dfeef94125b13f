-- Grain: one node: the transactions that are prepared there and not yet told what became of them, by their names, with a space
-- between; or why it cannot be asked.
SELECT nodename || ':' || nodeport AS node, success AS answers, result
FROM run_command_on_workers(
  $$SELECT coalesce(string_agg(gid, ' '), '') FROM pg_prepared_xacts WHERE database = current_database() AND gid LIKE 'citus\_%'$$
);
