-- Grain: one store that an earlier run rejected, and that needs nobody any more: a record with its id has been taken
-- since. Looks at the chunk's records only where something is open at all. Records of one run never close each other,
-- so nothing hangs on where a chunk ends.
UPDATE operations.quarantine AS rejected
SET state = 'obsolete'
FROM judged_stores AS judged
WHERE judged.outcome IN ('loaded', 'corrected', 'already_present')
  AND rejected.source = 'stores'
  AND rejected.state = 'rejected'
  AND rejected.natural_key = judged.store_id
  AND rejected.run_id < judged.stated_run_id
  AND EXISTS (SELECT FROM operations.quarantine WHERE source = 'stores' AND state = 'rejected');
