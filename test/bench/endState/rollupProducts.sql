-- Grain: one row. The rollup of products, under natural keys.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        product_sku,
        accepted_transactions,
        accepted_transacted_amount,
        refused_transactions,
        refused_transacted_amount,
        cancelled_transactions,
        cancelled_transacted_amount
      ),
      E'\n'
      ORDER BY product_sku COLLATE "C"
    )
  ) AS hash
FROM aggregation_layer.rollup_products
JOIN ingestion_layer.dim_products USING (product_key)
