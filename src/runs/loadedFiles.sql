-- Grain: one file that stands at one of the paths and is loaded to its end.
SELECT path, source, size_bytes, mtime_ns, ctime_ns, inode
FROM operations.source_files
WHERE path = ANY (:paths::text[]) AND status = 'loaded';
