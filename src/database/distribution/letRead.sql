-- Grain: one piece of a distributed table: the reader may read, on its node, the columns that views show.
SELECT success, result
FROM run_command_on_shards(
  :table::regclass,
  format(
    'GRANT SELECT (%s) ON %%s TO %I',
    (SELECT string_agg(format('%I', column_name), ', ') FROM unnest(:columns::text[]) AS columns (column_name)),
    :role::text
  )
);
