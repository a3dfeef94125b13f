-- Grain: one product with a payment attempt, whatever became of it.
CREATE VIEW aggregation_layer.product_performance AS
WITH
  transactions AS (SELECT * FROM ingestion_layer.fct_transactions),
  products AS (SELECT * FROM ingestion_layer.dim_products)

SELECT
  products.product_sku,
  products.product_name,
  count(*) AS transactions,
  coalesce(sum(transactions.amount), 0)::numeric(18, 2) AS transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'accepted') AS accepted_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'accepted'), 0)::numeric(18, 2) AS accepted_transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'refused') AS refused_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'refused'), 0)::numeric(18, 2) AS refused_transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'cancelled') AS cancelled_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'cancelled'), 0)::numeric(18, 2) AS cancelled_transacted_amount
FROM transactions
JOIN products USING (product_key)
GROUP BY products.product_sku, products.product_name
ORDER BY products.product_sku COLLATE "C";
