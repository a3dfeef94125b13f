-- Grain: one file whose digests were plain and are keyed from now on.
UPDATE operations.source_files AS files
SET
  committed_digest = keyed.committed_digest,
  unterminated_digest = keyed.unterminated_digest,
  digest_key = :digest_key
FROM unnest(:file_ids::integer[], :committed_digests::text[], :unterminated_digests::text[])
  AS keyed (file_id, committed_digest, unterminated_digest)
WHERE files.file_id = keyed.file_id AND files.digest_key IS NULL;
