-- Grain: one of these ids that a record waits for which an earlier run rejected. One index look-up for each, as for ids that are
-- known.
SELECT wanted.transaction_id
FROM unnest(:ids::bigint[]) AS wanted (transaction_id)
CROSS JOIN LATERAL (
  SELECT
  FROM operations.quarantine AS rejected
  WHERE rejected.source = 'transactions'
    AND rejected.state = 'rejected'
    AND rejected.natural_key = wanted.transaction_id
    AND rejected.run_id < :run_id::integer
  LIMIT 1
) AS open_record;
