-- Grain: one of these ids that a record waits for which an earlier run rejected. One index look-up for each, as for ids that are
-- known.
SELECT DISTINCT wanted.transaction_id
FROM unnest(:ids::bigint[]) AS wanted (transaction_id)
CROSS JOIN LATERAL (
  SELECT state, run_id
  FROM operations.quarantine
  WHERE source = 'transactions'
    AND natural_key = wanted.transaction_id
    AND state IN ('waiting', 'rejected')
  OFFSET 0
) AS open_record
WHERE open_record.state = 'rejected' AND open_record.run_id < :run_id::integer;
