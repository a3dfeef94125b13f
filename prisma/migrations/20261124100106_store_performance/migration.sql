-- Grain: one store with a payment attempt, whatever became of it.
CREATE OR REPLACE VIEW aggregation_layer.store_performance AS
WITH
  attempts AS (SELECT * FROM aggregation_layer.rollup_stores),
  stores AS (SELECT * FROM ingestion_layer.dim_stores)

SELECT
  stores.store_id,
  stores.store_name,
  stores.country,
  stores.typology,
  attempts.accepted_transactions + attempts.refused_transactions + attempts.cancelled_transactions AS transactions,
  (attempts.accepted_transacted_amount + attempts.refused_transacted_amount + attempts.cancelled_transacted_amount)::numeric(18, 2) AS transacted_amount,
  attempts.accepted_transactions,
  attempts.accepted_transacted_amount::numeric(18, 2) AS accepted_transacted_amount,
  attempts.refused_transactions,
  attempts.refused_transacted_amount::numeric(18, 2) AS refused_transacted_amount,
  attempts.cancelled_transactions,
  attempts.cancelled_transacted_amount::numeric(18, 2) AS cancelled_transacted_amount
FROM attempts
JOIN stores USING (store_key)
ORDER BY stores.store_id;
