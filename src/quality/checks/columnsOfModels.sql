-- Grain: one column of a table or view of the ingestion or the aggregation layer, in its place. Read from the catalogue.
SELECT
  namespaces.nspname || '.' || relations.relname AS model,
  columns.attname AS name,
  format_type(columns.atttypid, NULL) AS type,
  types.typcategory AS category,
  array_position(keys.conkey, columns.attnum) AS key_place
FROM pg_catalog.pg_class AS relations
JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = relations.relnamespace
JOIN pg_catalog.pg_attribute AS columns ON columns.attrelid = relations.oid
JOIN pg_catalog.pg_type AS types ON types.oid = columns.atttypid
LEFT JOIN pg_catalog.pg_constraint AS keys ON keys.conrelid = relations.oid AND keys.contype = 'p'
WHERE namespaces.nspname IN ('ingestion_layer', 'aggregation_layer')
  AND relations.relkind IN ('r', 'p', 'v', 'm')
  AND columns.attnum > 0
  AND NOT columns.attisdropped
ORDER BY model, columns.attnum;
