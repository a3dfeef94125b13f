-- Grain: one foreign key of ours that a table which is not distributed lacks, or has without all its rows having been looked at.
SELECT child, "constraint", found.oid IS NULL AS is_gone
FROM jsonb_to_recordset(:own_keys::jsonb) AS own (child text, "constraint" text)
LEFT JOIN pg_catalog.pg_constraint AS found
  ON found.conrelid = child::regclass AND found.conname = "constraint" AND found.contype = 'f'
WHERE (found.oid IS NULL OR NOT found.convalidated)
  AND child::regclass NOT IN (SELECT logicalrelid FROM pg_catalog.pg_dist_partition)
ORDER BY child, "constraint";
