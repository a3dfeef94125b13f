-- Grain: one row: whether the fact is distributed. Only a database with Citus has the catalogue that says so.
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid = to_regclass('ingestion_layer.fct_transactions')
) AS found;
