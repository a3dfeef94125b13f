-- Grain: one rejected record of a file whose path holds other bytes now: the new file's own records say what is still
-- wrong. The same for all sources, and where the path holds another source now. Each former file's are looked up by index: mostly
-- there is none, and all of quarantine may be of few files.
UPDATE operations.quarantine
SET state = 'obsolete'
WHERE quarantine_id = ANY (
    ARRAY(
      SELECT open_record.quarantine_id
      FROM operations.source_files AS current
      JOIN operations.source_files AS former
        ON former.path = current.path AND former.status = 'replaced'
      CROSS JOIN LATERAL (
        SELECT quarantine_id, state
        FROM operations.quarantine
        WHERE file_id = former.file_id AND state IN ('waiting', 'rejected')
        OFFSET 0
      ) AS open_record
      WHERE current.file_id = :file_id::integer AND open_record.state = 'rejected'
    )
  )
  AND state = 'rejected';
