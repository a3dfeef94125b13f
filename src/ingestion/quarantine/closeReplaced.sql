-- Grain: one rejected record of a file whose path holds other bytes now: the new file's own records say what is still
-- wrong. The same for all sources, and where the path holds another source now.
UPDATE operations.quarantine
SET state = 'obsolete'
WHERE file_id = ANY (
    ARRAY(
      SELECT former.file_id
      FROM operations.source_files AS current
      JOIN operations.source_files AS former
        ON former.path = current.path AND former.status = 'replaced'
      WHERE current.file_id = :file_id::integer
    )
  )
  AND state = 'rejected';
