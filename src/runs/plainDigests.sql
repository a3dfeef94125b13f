-- Grain: one file whose digests are plain, of the next so many; replaced ones as well.
SELECT file_id, committed_digest, unterminated_digest
FROM operations.source_files
WHERE digest_key IS NULL
ORDER BY file_id
LIMIT :most::integer;
