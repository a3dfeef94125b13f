-- Grain: the file that stands at a path from now on.
INSERT INTO operations.source_files (
  source, path, size_bytes, mtime_ns, ctime_ns, inode, dialect, committed_digest, digest_key, snapshot_at, first_seen_at,
  updated_at
)
VALUES (
  :source::operations.source,
  :path,
  :size_bytes::bigint,
  :mtime_ns::bigint,
  :ctime_ns::bigint,
  :inode::bigint,
  :dialect::jsonb,
  :committed_digest,
  :digest_key,
  :snapshot_at::timestamptz,
  :now::timestamptz,
  :now::timestamptz
)
RETURNING *;
