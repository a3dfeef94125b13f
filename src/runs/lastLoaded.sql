-- Grain: the file of a source that was loaded to its end after all others, with what its columns were. One that only grew since
-- was loaded when it first was; one that has been replaced was loaded all the same, unless that was taken back.
SELECT path, dialect -> 'types' AS types
FROM operations.source_files
WHERE source = :source::operations.source
  AND loaded_at IS NOT NULL
  AND dialect ? 'types'
  AND (status <> 'replaced' OR committed_bytes + unterminated_bytes > 0)
ORDER BY loaded_at DESC, file_id DESC
LIMIT 1;
