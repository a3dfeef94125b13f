-- Grain: one row: what the judged transactions to be written refer to, and the versions to be kept with them; each once.
WITH
  written AS MATERIALIZED (SELECT * FROM judged_transactions WHERE outcome IN ('loaded', 'corrected')),
  kept AS MATERIALIZED (
    SELECT * FROM judged_transactions WHERE outcome = 'superseded' OR (says_again AND is_by_itself)
  ),
  -- Whose facts, as they stand, are versions from here on.
  corrected AS MATERIALIZED (SELECT * FROM written WHERE outcome = 'corrected')

SELECT
  ARRAY(
    SELECT device_key FROM written UNION SELECT device_key FROM kept UNION SELECT (left_fact).device_key FROM corrected
  ) AS device_keys,
  ARRAY(
    SELECT store_key FROM written UNION SELECT store_key FROM kept UNION SELECT (left_fact).store_key FROM corrected
  ) AS store_keys,
  ARRAY(SELECT happened_date_key FROM written UNION SELECT created_date_key FROM written) AS date_keys,
  ARRAY(SELECT stated_run_id FROM kept UNION SELECT (left_fact).run_id FROM corrected) AS run_ids,
  ARRAY(
    SELECT file_id FROM written UNION SELECT file_id FROM kept UNION SELECT (left_fact).file_id FROM corrected
  ) AS file_ids,
  ARRAY(SELECT DISTINCT card_key_id::integer FROM written WHERE card_key_id IS NOT NULL) AS card_key_ids,
  ARRAY(SELECT DISTINCT label_digest::text FROM written) AS label_digests;
