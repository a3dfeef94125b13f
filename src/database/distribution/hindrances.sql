-- Grain: one thing of somebody else's on a table that is to be distributed which Citus refuses, which could not go on as it is, or
-- which the way there would do away with; with the statement that takes it out of the way.
WITH
  tables AS (
    SELECT name, name::regclass AS oid, distributed_by
    FROM unnest(:tables::text[], :distributed_by::text[]) AS tables (name, distributed_by)
  ),

  own_keys AS (SELECT child, "constraint" FROM jsonb_to_recordset(:own_keys::jsonb) AS keys (child text, "constraint" text))

SELECT name AS table, 'trigger' AS what, tgname::text AS named, format('DROP TRIGGER %I ON %s', tgname, name) AS remedy
FROM tables
JOIN pg_catalog.pg_trigger ON tgrelid = tables.oid AND NOT tgisinternal
UNION ALL
SELECT name, 'foreign key of another table', format('%I of %s', conname, conrelid::regclass),
  format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
FROM tables
JOIN pg_catalog.pg_constraint AS keys ON confrelid = tables.oid AND contype = 'f'
UNION ALL
SELECT name, 'foreign key', conname::text, format('ALTER TABLE %s DROP CONSTRAINT %I', name, conname)
FROM tables
JOIN pg_catalog.pg_constraint AS keys ON conrelid = tables.oid AND contype = 'f' AND confrelid <> conrelid
WHERE (name, conname::text) NOT IN (SELECT child, "constraint" FROM own_keys)
UNION ALL
SELECT name, format('unique index without %s', distributed_by), format('%s', indexrelid::regclass),
  coalesce(
    (SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', name, conname)
     FROM pg_catalog.pg_constraint WHERE conindid = indexrelid AND conrelid = tables.oid AND contype IN ('u', 'x')),
    format('DROP INDEX %s', indexrelid::regclass)
  )
FROM tables
JOIN pg_catalog.pg_index ON indrelid = tables.oid AND (indisunique OR indisexclusion) AND NOT indisprimary
JOIN pg_catalog.pg_attribute ON attrelid = tables.oid AND attname = distributed_by
WHERE attnum <> ALL ((indkey::smallint[])[0:indnkeyatts - 1])
UNION ALL
SELECT name, 'row security', 'ROW LEVEL SECURITY', format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', name)
FROM tables
JOIN pg_catalog.pg_class USING (oid)
WHERE relrowsecurity
UNION ALL
SELECT name, 'policy', polname::text, format('DROP POLICY %I ON %s', polname, name)
FROM tables
JOIN pg_catalog.pg_policy ON polrelid = tables.oid
UNION ALL
SELECT name, 'rule', rulename::text, format('DROP RULE %I ON %s', rulename, name)
FROM tables
JOIN pg_catalog.pg_rewrite ON ev_class = tables.oid
UNION ALL
SELECT name, 'inheritance', format('%s', inhrelid::regclass), format('ALTER TABLE %s NO INHERIT %s', inhrelid::regclass, inhparent::regclass)
FROM tables
JOIN pg_catalog.pg_inherits ON tables.oid IN (inhparent, inhrelid)
ORDER BY 1, 2, 3;
