-- Grain: the file whose dialect is noted anew.
UPDATE operations.source_files
SET dialect = :dialect::jsonb
WHERE file_id = :file_id
RETURNING *;
