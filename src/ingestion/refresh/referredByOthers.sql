-- Grain: one row: whether a table that is not ours to fill refers to one that is emptied.
SELECT EXISTS (
  SELECT
  FROM pg_catalog.pg_constraint
  WHERE contype = 'f'
    AND confrelid = ANY (:tables::text[]::regclass[])
    AND conrelid <> ALL (:tables::text[]::regclass[])
) AS found;
