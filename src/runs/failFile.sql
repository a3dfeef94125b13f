-- Grain: the file that was stopped.
UPDATE operations.source_files
SET status = 'failed', refusal = :refusal
WHERE file_id = :file_id
RETURNING *;
