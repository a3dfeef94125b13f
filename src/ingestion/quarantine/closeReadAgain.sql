-- Grain: one quarantined record of a line that this chunk has read again, and put into quarantine again, as after a backfill
-- or by one: what the line says now is all there is to say. One index look-up for each line of the chunk in quarantine, whatever
-- the planner knows of what this run has put there so far.
UPDATE operations.quarantine
SET state = 'obsolete'
WHERE quarantine_id = ANY (
    ARRAY(
      SELECT former.quarantine_id
      FROM (
        SELECT quarantine_id, file_id, source_line, run_id, state
        FROM operations.quarantine
        WHERE file_id = :file_id::integer AND source_line BETWEEN :first_line::bigint AND :last_line::bigint
        OFFSET 0
      ) AS again
      CROSS JOIN LATERAL (
        SELECT quarantine_id, state
        FROM operations.quarantine
        WHERE file_id = again.file_id AND source_line = again.source_line
        OFFSET 0
      ) AS former
      WHERE again.run_id = :run_id::integer
        AND again.state IN ('waiting', 'rejected')
        AND former.state IN ('waiting', 'rejected')
        AND former.quarantine_id < again.quarantine_id
    )
  )
  AND state IN ('waiting', 'rejected');
