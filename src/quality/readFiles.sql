-- Grain: one file that stands and of which anything was read; of all, or the one that is named.
SELECT
  file_id, path, source, committed_bytes::text, unterminated_bytes::text, committed_digest, unterminated_digest, digest_key
FROM operations.source_files
WHERE
  status <> 'replaced'
  AND committed_bytes + unterminated_bytes > 0
  AND (:file_id::integer IS NULL OR file_id = :file_id::integer)
ORDER BY file_id;
