-- Grain: one column of a table.
SELECT attname::text AS name
FROM pg_catalog.pg_attribute
WHERE attrelid = :table::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum;
