-- Grain: one row. The first five sales of each store, or all where it has fewer; how many more are kept is free, as long as
-- both arrays have as many.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws('|', stores.store_id, sales.transaction_ids[1:5], sales.happened_at[1:5]),
      E'\n'
      ORDER BY stores.store_id
    )
  ) AS hash,
  count(*) FILTER (WHERE cardinality(sales.transaction_ids) <> cardinality(sales.happened_at)) AS uneven
FROM aggregation_layer.rollup_store_first_sales AS sales
JOIN ingestion_layer.dim_stores AS stores USING (store_key)
