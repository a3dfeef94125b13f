-- Grain: one piece of a distributed table: the reader may read, on its node, the columns named and no other.
SELECT success, result
FROM run_command_on_shards(
  :table::regclass,
  format(
    'REVOKE ALL ON %%1$s FROM %1$I; GRANT SELECT (%2$s) ON %%1$s TO %1$I',
    :role::text,
    (SELECT string_agg(format('%I', column_name), ', ') FROM unnest(:columns::text[]) AS columns (column_name))
  )
);
