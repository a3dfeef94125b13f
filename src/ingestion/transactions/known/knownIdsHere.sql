-- Grain: one of these ids that the fact has. One index look-up for each, whatever the planner thinks of the table, so the cost does
-- not grow with history.
SELECT wanted.transaction_id
FROM unnest(:ids::bigint[]) AS wanted (transaction_id)
CROSS JOIN LATERAL (
  SELECT
  FROM ingestion_layer.fct_transactions AS facts
  WHERE facts.transaction_id = wanted.transaction_id
  OFFSET 0
) AS fact;
