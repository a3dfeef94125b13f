-- Grain: as in tableRows.sql, for facts that are distributed: what is known of them is known of their pieces, on the nodes.
WITH
  pieces AS (
    SELECT CASE WHEN min(result::float8) < 0 THEN -1 ELSE coalesce(sum(result::float8), -1) END AS rows
    FROM run_command_on_shards(
      'ingestion_layer.fct_transactions', $$SELECT reltuples FROM pg_catalog.pg_class WHERE oid = '%s'::regclass$$
    )
    WHERE success
  )

SELECT
  names.name,
  CASE names.name WHEN 'ingestion_layer.fct_transactions' THEN pieces.rows ELSE pg_class.reltuples END AS rows
FROM unnest(:names::text[]) AS names (name)
CROSS JOIN pieces
JOIN pg_catalog.pg_class ON pg_class.oid = names.name::regclass
ORDER BY names.name;
