-- Grain: one of the SKUs asked for that has a fact between two ids, with its highest id there. Each piece reads what it has
-- between them by its key, and sends a row a SKU.
SELECT product_key, max(transaction_id) AS transaction_id
FROM ingestion_layer.fct_transactions
WHERE transaction_id BETWEEN :lowest::bigint AND :highest::bigint AND product_key = ANY (:product_keys::integer[])
GROUP BY product_key;
