-- Grain: one record that an earlier run rejected, and that needs nobody any more: one with its id has been taken since. Looks at
-- the chunk's records only where any is rejected at all. Records of one run never close each other, so nothing hangs on where a
-- chunk ends. One index look-up for each record of the chunk, whatever the planner knows of what this run has rejected so far.
UPDATE operations.quarantine
SET state = 'obsolete'
WHERE quarantine_id = ANY (
    ARRAY(
      SELECT open_record.quarantine_id
      FROM :"judged" AS judged
      CROSS JOIN LATERAL (
        SELECT quarantine_id, state, run_id
        FROM operations.quarantine
        WHERE source = :source::operations.source
          AND natural_key = judged.:"id"
          AND state IN ('waiting', 'rejected')
        OFFSET 0
      ) AS open_record
      WHERE judged.outcome IN ('loaded', 'corrected', 'already_present')
        AND open_record.state = 'rejected'
        AND open_record.run_id < judged.stated_run_id
    )
  )
  AND state = 'rejected'
  AND EXISTS (SELECT FROM operations.quarantine WHERE source = :source::operations.source AND state = 'rejected');
