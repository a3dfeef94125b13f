-- Grain: one quarantined transaction that was tried again: resolved when it loaded or, being further down the same file,
-- corrected the fact; no longer waiting but rejected when the fact of another file says otherwise; else obsolete.
UPDATE operations.quarantine AS quarantined
SET
  state = CASE
    WHEN judged.outcome IN ('loaded', 'corrected') THEN 'resolved'
    WHEN judged.outcome = 'changed_after_load' THEN 'rejected'
    ELSE 'obsolete'
  END::operations.quarantine_state,
  reason = CASE judged.outcome WHEN 'changed_after_load' THEN 'changed_after_load' ELSE quarantined.reason END,
  column_name = CASE judged.outcome WHEN 'changed_after_load' THEN NULL ELSE quarantined.column_name END,
  resolved_run_id = CASE WHEN judged.outcome IN ('loaded', 'corrected') THEN :run_id::integer END,
  resolved_outcome = CASE WHEN judged.outcome IN ('loaded', 'corrected') THEN judged.outcome END
FROM judged_transactions AS judged
WHERE quarantined.quarantine_id = judged.quarantine_id;
