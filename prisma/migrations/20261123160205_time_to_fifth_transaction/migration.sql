-- Grain: one row. Means over the stores with at least five accepted sales; null means where there is none.
CREATE VIEW aggregation_layer.time_to_fifth_transaction AS
WITH
  by_store AS (SELECT * FROM aggregation_layer.time_to_fifth_transaction_by_store),
  stores AS (SELECT * FROM ingestion_layer.dim_stores),

  durations AS (
    SELECT
      extract(epoch FROM by_store.fifth_at - by_store.first_at) AS seconds_from_first,
      extract(epoch FROM by_store.fifth_at - stores.created_at) AS seconds_from_creation
    FROM by_store
    JOIN stores USING (store_id)
  )

SELECT
  count(*) AS stores,
  round(avg(seconds_from_first), 3)::numeric(18, 3) AS average_seconds_from_first,
  round(avg(seconds_from_first) / 86400, 6)::numeric(18, 6) AS average_days_from_first,
  round(avg(seconds_from_creation) / 86400, 6)::numeric(18, 6) AS average_days_from_creation,
  count(*) FILTER (WHERE seconds_from_creation < 0) AS stores_fifth_before_creation
FROM durations;
