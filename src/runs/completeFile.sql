-- Grain: the file that is committed to its end.
UPDATE operations.source_files
SET
  status = 'loaded',
  refusal = NULL,
  loaded_at = coalesce(loaded_at, :now::timestamptz),
  size_bytes = :size_bytes,
  mtime_ns = :mtime_ns,
  ctime_ns = :ctime_ns,
  inode = :inode
WHERE file_id = :file_id
RETURNING *;
