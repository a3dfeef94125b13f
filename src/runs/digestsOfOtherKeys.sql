-- Grain: one row: how many files' digests are plain, replaced ones' as well, and how many files stand whose digests were made
-- with another key than this.
SELECT
  (count(*) FILTER (WHERE digest_key IS NULL))::integer AS plain,
  (
    count(*) FILTER (WHERE digest_key <> :digest_key AND status <> 'replaced' AND committed_bytes > 0)
  )::integer AS standing
FROM operations.source_files
WHERE digest_key IS DISTINCT FROM :digest_key;
