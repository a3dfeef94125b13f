-- Grain: one row: whether there is a type in a schema of ours that the nodes do not know.
SELECT EXISTS (
  SELECT
  FROM pg_catalog.pg_type AS types
  JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = types.typnamespace
  WHERE namespaces.nspname = ANY (:schemas::text[])
    AND types.typtype = 'e'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_dist_object WHERE classid = 'pg_catalog.pg_type'::regclass AND objid = types.oid
    )
) AS found;
