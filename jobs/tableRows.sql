-- Grain: one table, with the rows that it had when it was last looked at: -1 where it never was.
SELECT names.name, pg_class.reltuples AS rows
FROM unnest(:names::text[]) AS names (name)
JOIN pg_catalog.pg_class ON pg_class.oid = names.name::regclass
ORDER BY names.name;
