-- Grain: one node of the cluster, the coordinator first; with what a commit that spans nodes needs to be allowed there.
SELECT
  nodes.nodename AS host,
  nodes.nodeport AS port,
  nodes.groupid = 0 AS is_coordinator,
  nodes.shouldhaveshards AS holds_facts,
  settings.success AS answers,
  settings.result AS max_prepared_transactions
FROM pg_catalog.pg_dist_node AS nodes
LEFT JOIN run_command_on_all_nodes('SHOW max_prepared_transactions', give_warning_for_connection_errors => false) AS settings
  USING (nodeid)
WHERE nodes.noderole = 'primary' AND nodes.isactive
ORDER BY nodes.groupid, nodes.nodeid;
