-- Grain: one piece of a distributed table: whether the reader may read of it, on its node, the columns named and no other. The
-- views' own rights end on the coordinator.
SELECT success AND result = 't' AS is_let
FROM run_command_on_shards(
  :table::regclass,
  format(
    $$SELECT bool_and(has_column_privilege(%L, attrelid, attnum, 'SELECT') = (attname::text = ANY (%L)))
      FROM pg_catalog.pg_attribute
      WHERE attrelid = '%%s'::regclass AND attnum > 0 AND NOT attisdropped$$,
    :role::text, :columns::text[]
  )
);
