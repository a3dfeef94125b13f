-- Grain: one fact whose id is staged. Every node is sent the ids, and looks for those that are its own.
WITH
  wanted AS MATERIALIZED (
    SELECT DISTINCT transaction_id FROM staged_transactions WHERE transaction_id <= :highest::bigint
  )

INSERT INTO known_facts
SELECT facts.*
FROM ingestion_layer.fct_transactions AS facts
JOIN wanted USING (transaction_id)
WHERE facts.transaction_id BETWEEN :lowest::bigint AND :highest::bigint;
