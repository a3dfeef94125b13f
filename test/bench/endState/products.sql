-- Grain: one row. All products, under the names that their newest sales gave them.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        product_sku,
        product_name,
        category_name,
        named_by_transaction_id
      ),
      E'\n'
      ORDER BY product_sku COLLATE "C"
    )
  ) AS hash
FROM ingestion_layer.dim_products
