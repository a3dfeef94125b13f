-- Grain: as in idsToJudge.sql, for facts that are distributed: every node is sent the ids, and looks for those that are its own.
SELECT transaction_id
FROM ingestion_layer.fct_transactions
WHERE transaction_id = ANY (:perhaps_known::bigint[])
UNION ALL
SELECT wanted.transaction_id
FROM unnest(:perhaps_rejected::bigint[]) AS wanted (transaction_id)
WHERE EXISTS (
  SELECT 1
  FROM operations.quarantine AS rejected
  WHERE rejected.source = 'transactions'
    AND rejected.state = 'rejected'
    AND rejected.natural_key = wanted.transaction_id
    AND rejected.run_id < :run_id::integer
);
