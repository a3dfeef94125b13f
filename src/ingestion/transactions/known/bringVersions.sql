-- Grain: one version that is kept of a fact whose id is staged.
WITH
  wanted AS MATERIALIZED (
    SELECT DISTINCT transaction_id FROM staged_transactions WHERE transaction_id <= :highest::bigint
  )

INSERT INTO known_versions
SELECT versions.*
FROM ingestion_layer.fct_transactions_history AS versions
JOIN wanted USING (transaction_id)
WHERE versions.transaction_id BETWEEN :lowest::bigint AND :highest::bigint;
