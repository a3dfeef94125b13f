-- Grain: one store with a payment attempt, whatever became of it.
CREATE VIEW aggregation_layer.store_performance AS
WITH
  transactions AS (SELECT * FROM ingestion_layer.fct_transactions),
  stores AS (SELECT * FROM ingestion_layer.dim_stores)

SELECT
  stores.store_id,
  stores.store_name,
  stores.country,
  stores.typology,
  count(*) AS transactions,
  coalesce(sum(transactions.amount), 0)::numeric(18, 2) AS transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'accepted') AS accepted_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'accepted'), 0)::numeric(18, 2) AS accepted_transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'refused') AS refused_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'refused'), 0)::numeric(18, 2) AS refused_transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'cancelled') AS cancelled_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'cancelled'), 0)::numeric(18, 2) AS cancelled_transacted_amount
FROM transactions
JOIN stores USING (store_key)
GROUP BY stores.store_id, stores.store_name, stores.country, stores.typology
ORDER BY stores.store_id;
