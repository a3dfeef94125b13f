-- Grain: one quarantined record that was tried again: resolved when it loaded, or corrected what was there, else obsolete.
-- One that has to wait stays open.
UPDATE operations.quarantine AS quarantined
SET
  state = CASE WHEN judged.outcome IN ('loaded', 'corrected') THEN 'resolved' ELSE 'obsolete' END::operations.quarantine_state,
  resolved_run_id = CASE WHEN judged.outcome IN ('loaded', 'corrected') THEN :run_id::integer END,
  resolved_outcome = CASE WHEN judged.outcome IN ('loaded', 'corrected') THEN judged.outcome END
FROM :"judged" AS judged
WHERE quarantined.quarantine_id = judged.quarantine_id
  AND judged.outcome NOT IN ('unknown_store', 'unknown_device')
  -- By the key, however many others are in quarantine.
  AND quarantined.quarantine_id = ANY (ARRAY(SELECT quarantine_id FROM :"judged"));
