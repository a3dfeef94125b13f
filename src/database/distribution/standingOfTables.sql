-- Grain: one table of ours, as it stands in the cluster.
SELECT
  namespaces.nspname || '.' || tables.relname AS table,
  distributed.logicalrelid IS NOT NULL AS is_distributed,
  (SELECT count(*)::integer FROM pg_catalog.pg_dist_shard AS shards WHERE shards.logicalrelid = tables.oid) AS pieces,
  -- Of one that is distributed: the copy that was left behind, which nobody reads.
  pg_relation_size(tables.oid) > 0 AS has_rows_here,
  ARRAY(
    SELECT conname::text FROM pg_catalog.pg_constraint WHERE conrelid = tables.oid AND contype = 'f' ORDER BY conname
  ) AS foreign_keys,
  (
    SELECT conname::text FROM pg_catalog.pg_constraint WHERE conrelid = tables.oid AND contype = 'p'
  ) AS primary_key,
  ARRAY(
    SELECT attname::text
    FROM pg_catalog.pg_constraint
    JOIN pg_catalog.pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE conrelid = tables.oid AND contype = 'p'
    ORDER BY array_position(conkey, attnum)
  ) AS primary_key_columns
FROM pg_catalog.pg_class AS tables
JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = tables.relnamespace
LEFT JOIN pg_catalog.pg_dist_partition AS distributed ON distributed.logicalrelid = tables.oid
WHERE namespaces.nspname = ANY (:schemas::text[]) AND tables.relkind IN ('r', 'p')
ORDER BY 1;
