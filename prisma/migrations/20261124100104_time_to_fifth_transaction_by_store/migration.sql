-- Grain: one store with at least five accepted sales. First and fifth by the time they happened, ties by transaction id.
-- A fifth sale may precede the store's creation: then days_from_creation is negative.
CREATE OR REPLACE VIEW aggregation_layer.time_to_fifth_transaction_by_store AS
WITH
  first_sales AS (SELECT * FROM aggregation_layer.rollup_store_first_sales),
  stores AS (SELECT * FROM ingestion_layer.dim_stores),

  first_five AS (
    SELECT store_key, happened_at[1]::timestamptz AS first_at, happened_at[5]::timestamptz AS fifth_at
    FROM first_sales
    WHERE cardinality(happened_at) >= 5
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
