-- Grain: the file that is committed to its end, while the run holds the warehouse.
WITH
  fence AS (
    SELECT name
    FROM operations.run_locks
    WHERE name = 'warehouse' AND fencing_token = :fencing_token::bigint
    FOR SHARE
  )

UPDATE operations.source_files
SET
  status = 'loaded',
  refusal = NULL,
  size_bytes = :size_bytes,
  mtime_ns = :mtime_ns,
  ctime_ns = :ctime_ns,
  inode = :inode
WHERE file_id = :file_id AND EXISTS (SELECT FROM fence);
