-- Grain: one view of the aggregation layer, of those named: its statement as the database has it, without the semicolon.
SELECT
  relname::text AS name,
  rtrim(pg_get_viewdef(pg_class.oid, 100), '; ') AS definition
FROM pg_class
WHERE relnamespace = 'aggregation_layer'::regnamespace AND relkind = 'v' AND relname::text = ANY(:names::text[]);
