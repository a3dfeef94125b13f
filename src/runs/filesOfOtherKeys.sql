-- Grain: one row, how many files stand whose digests were made with another key than this.
SELECT count(*)::integer AS files
FROM operations.source_files
WHERE digest_key <> :digest_key AND status <> 'replaced' AND committed_bytes > 0;
