-- Grain: one relation of ours that a view of ours reads. Of the catalogue alone, which anybody may read; locks nothing.
SELECT DISTINCT
  view_schema.nspname AS view_schema,
  view.relname AS view_name,
  read_schema.nspname AS read_schema,
  read.relname AS read_name
FROM pg_rewrite
JOIN pg_class AS view ON view.oid = pg_rewrite.ev_class
JOIN pg_namespace AS view_schema ON view_schema.oid = view.relnamespace
-- What the view's rule depends on: each column that it reads, so each relation many times.
JOIN pg_depend ON pg_depend.classid = 'pg_rewrite'::regclass AND pg_depend.objid = pg_rewrite.oid
JOIN pg_class AS read ON pg_depend.refclassid = 'pg_class'::regclass AND read.oid = pg_depend.refobjid
JOIN pg_namespace AS read_schema ON read_schema.oid = read.relnamespace
WHERE view.relkind IN ('v', 'm')
  -- The rule depends on its own view as well.
  AND read.oid <> view.oid
  AND view_schema.nspname = ANY (:schemas)
  AND read_schema.nspname = ANY (:schemas)
ORDER BY view_schema, view_name, read_schema, read_name
