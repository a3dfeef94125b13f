-- Grain: one id of the chunk that the fact has already, or that a record rejected by an earlier run is waiting for. One
-- index look-up for each id that could be so, whatever the planner thinks of the tables, so the cost does not grow with
-- history.
SELECT wanted.transaction_id
FROM unnest(:perhaps_known::bigint[]) AS wanted (transaction_id)
CROSS JOIN LATERAL (
  SELECT
  FROM ingestion_layer.fct_transactions AS facts
  WHERE facts.transaction_id = wanted.transaction_id
  OFFSET 0
) AS fact
UNION ALL
SELECT wanted.transaction_id
FROM unnest(:perhaps_rejected::bigint[]) AS wanted (transaction_id)
CROSS JOIN LATERAL (
  SELECT
  FROM operations.quarantine AS rejected
  WHERE rejected.source = 'transactions'
    AND rejected.state = 'rejected'
    AND rejected.natural_key = wanted.transaction_id
    AND rejected.run_id < :run_id::integer
  LIMIT 1
) AS open_record;
