-- Grain: the file whose dialect is noted anew, while the run holds the warehouse.
WITH
  fence AS (
    SELECT name
    FROM operations.run_locks
    WHERE name = 'warehouse' AND fencing_token = :fencing_token::bigint
    FOR SHARE
  )

UPDATE operations.source_files
SET dialect = :dialect::jsonb
WHERE file_id = :file_id AND EXISTS (SELECT FROM fence)
RETURNING *;
