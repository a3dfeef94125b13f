-- Grain: one node of the cluster, the coordinator first; with what a commit that spans nodes needs to be allowed there, the versions
-- of Citus that it runs, and the language that it speaks.
SELECT
  nodes.nodename AS host,
  nodes.nodeport AS port,
  nodes.groupid = 0 AS is_coordinator,
  nodes.shouldhaveshards AS holds_facts,
  coalesce(answers.success, false) AS answers,
  answers.result AS said,
  said.*
FROM pg_catalog.pg_dist_node AS nodes
LEFT JOIN run_command_on_all_nodes(
  $$SELECT json_build_object(
      'max_prepared_transactions', current_setting('max_prepared_transactions')::integer,
      'max_connections', current_setting('max_connections')::integer,
      'language', current_setting('lc_messages'),
      'versions', (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'citus') || ', ' || split_part(citus_version(), ' ', 2)
    )$$,
  give_warning_for_connection_errors => false
) AS answers USING (nodeid)
LEFT JOIN LATERAL jsonb_to_record(CASE WHEN answers.success THEN answers.result::jsonb END)
  AS said (max_prepared_transactions integer, max_connections integer, language text, versions text) ON true
WHERE nodes.noderole = 'primary' AND nodes.isactive
ORDER BY nodes.groupid, nodes.nodeid;
