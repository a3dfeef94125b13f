-- Grain: one file that is loaded as it was, and to its end: it was seen and read when it was before.
UPDATE operations.source_files AS files
SET
  first_seen_at = former.first_seen_at,
  -- Those from before this was noted have it now.
  loaded_at = coalesce(former.loaded_at, files.loaded_at),
  updated_at = former.updated_at
FROM unnest(:file_ids::integer[], :former_ids::integer[]) AS pairs (file_id, former_id)
JOIN operations.source_files AS former ON former.file_id = pairs.former_id
WHERE files.file_id = pairs.file_id;
