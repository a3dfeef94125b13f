-- Grain: one store with a sale, and its twenty earliest.
CREATE TABLE aggregation_layer.rollup_store_first_sales WITH (fillfactor = 50) AS
SELECT
  store_key,
  array_agg(transaction_id ORDER BY sale_number) AS transaction_ids,
  array_agg(happened_at ORDER BY sale_number) AS happened_at
FROM (
  SELECT
    store_key,
    transaction_id,
    happened_at,
    row_number() OVER (PARTITION BY store_key ORDER BY happened_at, transaction_id) AS sale_number
  FROM ingestion_layer.fct_transactions
  WHERE status = 'accepted'
) AS sales
WHERE sale_number <= 20
GROUP BY store_key
