-- Grain: one row: whether the fact is distributed. Only a database with Citus has the catalogue that says so. By names, and not by
-- to_regclass(), which refuses those who may not use the schema, as the reader may not before.
SELECT EXISTS (
  SELECT
  FROM pg_catalog.pg_dist_partition
  JOIN pg_catalog.pg_class AS tables ON tables.oid = logicalrelid
  JOIN pg_catalog.pg_namespace AS schemas ON schemas.oid = tables.relnamespace
  WHERE schemas.nspname = 'ingestion_layer' AND tables.relname = 'fct_transactions'
) AS found;
