-- Grain: one quarantined record of a line that this chunk has read again, and put into quarantine again, as after a backfill
-- or by one: what the line says now is all there is to say.
UPDATE operations.quarantine AS former
SET state = 'obsolete'
FROM operations.quarantine AS again
WHERE again.file_id = :file_id::integer
  AND again.source_line >= :first_line::bigint
  AND again.run_id = :run_id::integer
  AND again.state IN ('waiting', 'rejected')
  AND former.file_id = again.file_id
  AND former.source_line = again.source_line
  AND former.quarantine_id < again.quarantine_id
  AND former.state IN ('waiting', 'rejected');
