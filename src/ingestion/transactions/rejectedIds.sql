-- Grain: one of these ids that a record waits for which an earlier run rejected.
SELECT wanted.transaction_id
FROM unnest(:perhaps_rejected::bigint[]) AS wanted (transaction_id)
WHERE EXISTS (
  SELECT
  FROM operations.quarantine AS rejected
  WHERE rejected.source = 'transactions'
    AND rejected.state = 'rejected'
    AND rejected.natural_key = wanted.transaction_id
    AND rejected.run_id < :run_id::integer
);
