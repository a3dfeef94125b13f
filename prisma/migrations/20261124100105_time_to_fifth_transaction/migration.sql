-- Grain: one row. Means over the stores with at least five accepted sales; null means where there is none.
CREATE OR REPLACE VIEW aggregation_layer.time_to_fifth_transaction AS
WITH
  first_sales AS (SELECT * FROM aggregation_layer.rollup_store_first_sales),
  stores AS (SELECT * FROM ingestion_layer.dim_stores),

  first_five AS (
    SELECT store_key, happened_at[1] AS first_at, happened_at[5] AS fifth_at
    FROM first_sales
    WHERE cardinality(happened_at) >= 5
  ),

  -- Sums of whole microseconds cost a third of sums of numeric seconds. Below 2^32 seconds, so between any two times from
  -- 1970 to 2100, the nearest microsecond to what date_part gives is the exact one.
  micros AS (
    SELECT
      count(*) AS stores,
      sum((date_part('epoch', first_five.fifth_at - first_five.first_at) * 1000000)::bigint) AS from_first,
      sum((date_part('epoch', first_five.fifth_at - stores.created_at) * 1000000)::bigint) AS from_creation,
      count(*) FILTER (WHERE first_five.fifth_at < stores.created_at) AS stores_fifth_before_creation
    FROM first_five
    JOIN stores USING (store_key)
  ),

  means AS (
    SELECT
      stores,
      from_first * 0.000001 / nullif(stores, 0) AS seconds_from_first,
      from_creation * 0.000001 / nullif(stores, 0) AS seconds_from_creation,
      stores_fifth_before_creation
    FROM micros
  )

SELECT
  stores,
  round(seconds_from_first, 3)::numeric(18, 3) AS average_seconds_from_first,
  round(seconds_from_first / 86400, 6)::numeric(18, 6) AS average_days_from_first,
  round(seconds_from_creation / 86400, 6)::numeric(18, 6) AS average_days_from_creation,
  stores_fifth_before_creation
FROM means;
