-- Grain: one column of a table of ours that refers to a key of :table.
SELECT
  schemas.nspname || '.' || tables.relname AS child,
  columns.attname::text AS child_column,
  parents.attname::text AS parent_column
FROM pg_catalog.pg_constraint AS keys
JOIN pg_catalog.pg_class AS tables ON tables.oid = keys.conrelid
JOIN pg_catalog.pg_namespace AS schemas ON schemas.oid = tables.relnamespace
JOIN pg_catalog.pg_attribute AS columns ON columns.attrelid = keys.conrelid AND columns.attnum = keys.conkey[1]
JOIN pg_catalog.pg_attribute AS parents ON parents.attrelid = keys.confrelid AND parents.attnum = keys.confkey[1]
WHERE keys.contype = 'f' AND keys.confrelid = :table::regclass AND cardinality(keys.conkey) = 1
ORDER BY child, child_column;
