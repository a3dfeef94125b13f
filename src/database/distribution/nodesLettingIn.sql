-- Grain: one node that facts may lie on, and whether it lets in who asks.
SELECT nodes.nodename AS host, nodes.nodeport AS port, coalesce(answers.success, false) AS lets_in
FROM pg_catalog.pg_dist_node AS nodes
LEFT JOIN run_command_on_all_nodes('SELECT 1', give_warning_for_connection_errors => false) AS answers USING (nodeid)
WHERE nodes.noderole = 'primary' AND nodes.isactive AND nodes.shouldhaveshards
ORDER BY nodes.groupid, nodes.nodeid;
