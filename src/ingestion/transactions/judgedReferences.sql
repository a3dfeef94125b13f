-- Grain: one row: what the judged transactions to be written refer to, and the versions to be kept with them; each once.
WITH
  referring AS MATERIALIZED (
    SELECT
      outcome IN ('loaded', 'corrected') AS is_written,
      device_key,
      store_key,
      happened_date_key,
      created_date_key,
      stated_run_id,
      file_id,
      card_key_id,
      label_digest
    FROM judged_transactions
    WHERE outcome IN ('loaded', 'corrected', 'superseded') OR (says_again AND is_by_itself)
  ),
  -- Facts that, as they stand, are versions from here on.
  left_facts AS MATERIALIZED (
    SELECT
      (left_fact).device_key AS device_key,
      (left_fact).store_key AS store_key,
      (left_fact).run_id AS run_id,
      (left_fact).file_id AS file_id
    FROM judged_transactions
    WHERE outcome = 'corrected'
  )

SELECT
  ARRAY(SELECT device_key FROM referring UNION SELECT device_key FROM left_facts) AS device_keys,
  ARRAY(SELECT store_key FROM referring UNION SELECT store_key FROM left_facts) AS store_keys,
  ARRAY(
    SELECT happened_date_key FROM referring WHERE is_written
    UNION
    SELECT created_date_key FROM referring WHERE is_written
  ) AS date_keys,
  ARRAY(SELECT stated_run_id FROM referring WHERE NOT is_written UNION SELECT run_id FROM left_facts) AS run_ids,
  ARRAY(SELECT file_id FROM referring UNION SELECT file_id FROM left_facts) AS file_ids,
  ARRAY(
    SELECT DISTINCT card_key_id::integer FROM referring WHERE is_written AND card_key_id IS NOT NULL
  ) AS card_key_ids,
  ARRAY(SELECT label_digest::text FROM referring WHERE is_written GROUP BY label_digest) AS label_digests;
