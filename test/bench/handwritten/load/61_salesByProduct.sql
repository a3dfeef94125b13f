-- Grain: one product, and what became of the payments.
CREATE UNLOGGED TABLE raw.sales_by_product AS
SELECT product_key, status, count(*) AS transactions, sum(amount) AS transacted_amount
FROM ingestion_layer.fct_transactions
GROUP BY product_key, status
