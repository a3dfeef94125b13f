-- Grain: one device that an earlier run rejected, and that needs nobody any more: a record with its id has been taken
-- since, or its file holds other bytes now, whose own records say what is still wrong. Looks at the chunk's records only
-- where something is open at all. Records of one run never close each other, so nothing hangs on where a chunk ends.
WITH
  mended AS (
    SELECT rejected.quarantine_id
    FROM judged_devices AS judged
    JOIN operations.quarantine AS rejected
      ON rejected.source = 'devices'
      AND rejected.state = 'rejected'
      AND rejected.natural_key = judged.device_id
      AND rejected.run_id < judged.stated_run_id
    WHERE judged.outcome IN ('loaded', 'corrected', 'already_present')
      AND EXISTS (SELECT FROM operations.quarantine WHERE source = 'devices' AND state = 'rejected')
  ),

  replaced AS (
    SELECT rejected.quarantine_id
    FROM operations.source_files AS current
    JOIN operations.source_files AS former
      ON former.path = current.path AND former.source = current.source AND former.status = 'replaced'
    JOIN operations.quarantine AS rejected ON rejected.file_id = former.file_id AND rejected.state = 'rejected'
    WHERE current.file_id = :file_id::integer
  )

UPDATE operations.quarantine
SET state = 'obsolete'
WHERE quarantine_id IN (SELECT quarantine_id FROM mended UNION SELECT quarantine_id FROM replaced);
