-- Makes the types of our schemas known to all nodes: where rows of the coordinator's own tables are sent to them, their columns
-- have these types. Citus has no other way to send a type than with a table that has a column of it; that table goes again. A block takes
-- no parameters: which schemas are ours is said by a setting of the transaction (nameSchemas.sql).
DO $$
DECLARE
  type record;
BEGIN
  CREATE TABLE operations.types_made_known ();
  FOR type IN
    SELECT 'of_' || types.oid AS column_name, namespaces.nspname, types.typname
    FROM pg_catalog.pg_type AS types
    JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = types.typnamespace
    WHERE namespaces.nspname = ANY (current_setting('tillhouse.schemas')::text[]) AND types.typtype = 'e'
  LOOP
    EXECUTE format('ALTER TABLE operations.types_made_known ADD COLUMN %I %I.%I', type.column_name, type.nspname, type.typname);
  END LOOP;
  PERFORM create_reference_table('operations.types_made_known');
  DROP TABLE operations.types_made_known;
END
$$;
