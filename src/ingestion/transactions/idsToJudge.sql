-- Grain: one id of the chunk that the fact has already, or that a record rejected by an earlier run is waiting for. One
-- index look-up an id at or below the watermark, so the cost does not grow with history.
SELECT wanted.transaction_id
FROM unnest(:known_range_ids::bigint[]) AS wanted (transaction_id)
CROSS JOIN LATERAL (
  SELECT
  FROM ingestion_layer.fct_transactions AS facts
  WHERE facts.transaction_id = wanted.transaction_id
  OFFSET 0
) AS fact
UNION ALL
SELECT DISTINCT natural_key
FROM operations.quarantine
WHERE source = 'transactions'
  AND state = 'rejected'
  AND run_id < :run_id::integer
  AND natural_key BETWEEN :lowest_id::bigint AND :highest_id::bigint;
