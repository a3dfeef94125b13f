-- Grain: one quarantined transaction that was tried again: resolved when it loaded, obsolete when its id is there
-- already, and no longer waiting when its values differ from the loaded ones.
UPDATE operations.quarantine AS quarantined
SET
  state = CASE
    WHEN judged.outcome = 'loaded' THEN 'resolved'
    WHEN judged.outcome = 'changed_after_load' THEN 'rejected'
    ELSE 'obsolete'
  END::operations.quarantine_state,
  reason = CASE judged.outcome WHEN 'changed_after_load' THEN 'changed_after_load' ELSE quarantined.reason END,
  column_name = CASE judged.outcome WHEN 'changed_after_load' THEN NULL ELSE quarantined.column_name END,
  resolved_run_id = CASE WHEN judged.outcome = 'loaded' THEN :run_id::integer END
FROM judged_transactions AS judged
WHERE quarantined.quarantine_id = judged.quarantine_id;
