-- Grain: one index that was to become a wider primary key, and was left when db:distribute was broken off: it takes its key's name
-- when it does. Every row is written into it, and nobody uses it.
SELECT left_index.relnamespace::regnamespace || '.' || left_index.relname AS index
FROM pg_catalog.pg_index AS keys
JOIN pg_catalog.pg_class AS key ON key.oid = keys.indexrelid
JOIN pg_catalog.pg_index AS others ON others.indrelid = keys.indrelid
JOIN pg_catalog.pg_class AS left_index ON left_index.oid = others.indexrelid AND left_index.relname = key.relname || '_wider'
WHERE keys.indisprimary AND keys.indrelid = ANY (:tables::text[]::regclass[])
ORDER BY 1;
