-- Grain: one store with at least five accepted sales. First and fifth by the time they happened, ties by transaction id.
-- A fifth sale may precede the store's creation: then days_from_creation is negative.
CREATE VIEW aggregation_layer.time_to_fifth_transaction_by_store AS
WITH
  transactions AS (SELECT * FROM ingestion_layer.fct_transactions),
  stores AS (SELECT * FROM ingestion_layer.dim_stores),

  sales AS (
    SELECT
      store_key,
      happened_at,
      row_number() OVER (PARTITION BY store_key ORDER BY happened_at, transaction_id) AS sale_number
    FROM transactions
    WHERE status = 'accepted'
  ),

  first_five AS (
    SELECT store_key, min(happened_at) AS first_at, max(happened_at) AS fifth_at
    FROM sales
    WHERE sale_number <= 5
    GROUP BY store_key
    HAVING count(*) = 5
  )

SELECT
  stores.store_id,
  stores.store_name,
  first_five.first_at,
  first_five.fifth_at,
  round(extract(epoch FROM first_five.fifth_at - first_five.first_at) / 86400, 6)::numeric(18, 6) AS days_from_first,
  round(extract(epoch FROM first_five.fifth_at - stores.created_at) / 86400, 6)::numeric(18, 6) AS days_from_creation
FROM first_five
JOIN stores USING (store_key)
ORDER BY stores.store_id;
