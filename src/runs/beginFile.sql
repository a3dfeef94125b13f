-- Grain: the file that stands at a path from now on, while the run holds the warehouse. What stood there until now is
-- replaced, of any source: a file that is told by its header may hold another one's records now.
WITH
  fence AS (
    SELECT name
    FROM operations.run_locks
    WHERE name = 'warehouse' AND fencing_token = :fencing_token::bigint
    FOR SHARE
  ),

  replaced AS (
    UPDATE operations.source_files
    SET status = 'replaced'
    WHERE path = :path AND status <> 'replaced' AND EXISTS (SELECT FROM fence)
    RETURNING file_id
  )

INSERT INTO operations.source_files (
  source, path, size_bytes, mtime_ns, ctime_ns, inode, dialect, committed_sha256, first_seen_at, updated_at
)
SELECT
  :source::operations.source,
  :path,
  :size_bytes::bigint,
  :mtime_ns::bigint,
  :ctime_ns::bigint,
  :inode::bigint,
  :dialect::jsonb,
  :committed_sha256,
  :now::timestamptz,
  :now::timestamptz
FROM fence
-- Counted, so that all of them are replaced before the new row comes: a path has one current file.
CROSS JOIN (SELECT count(*) AS files FROM replaced) AS done
RETURNING *;
