-- Grain: one piece of a distributed table: whether the reader may read of it, on its node, what views show. The views' own rights
-- end on the coordinator.
SELECT success AND result = 't' AS is_let
FROM run_command_on_shards(
  :table::regclass,
  format(
    $$SELECT bool_and(has_column_privilege(%L, '%%s', column_name, 'SELECT'))
      FROM unnest(%L::text[]) AS columns (column_name)$$,
    :role::text, :columns::text[]
  )
);
