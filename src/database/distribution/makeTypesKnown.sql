-- Makes the types of our schemas known to all nodes: where rows of the coordinator's own tables are sent to them, their columns
-- have these types. Citus has no other way to send a type than with a table that has a column of it; that table goes again.
DO $$
DECLARE
  columns text;
BEGIN
  SELECT string_agg(format('%I %I.%I', 'of_' || types.oid, namespaces.nspname, types.typname), ', ')
  INTO columns
  FROM pg_catalog.pg_type AS types
  JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = types.typnamespace
  WHERE namespaces.nspname IN ('ingestion_layer', 'aggregation_layer', 'operations') AND types.typtype = 'e';
  EXECUTE format('CREATE TABLE operations.types_made_known (%s)', columns);
  PERFORM create_reference_table('operations.types_made_known');
  DROP TABLE operations.types_made_known;
END
$$;
