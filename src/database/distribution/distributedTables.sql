-- Grain: one of the tables named that is distributed; none where the role does not exist.
SELECT name AS table
FROM unnest(:tables::text[]) AS tables (name)
JOIN pg_catalog.pg_dist_partition ON logicalrelid = name::regclass
WHERE to_regrole(:role::text) IS NOT NULL
ORDER BY name;
