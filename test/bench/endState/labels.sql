-- Grain: one row. All labels with their products.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        labels.label_digest,
        products.product_sku,
        labels.product_name,
        labels.category_name
      ),
      E'\n'
      ORDER BY labels.label_digest
    )
  ) AS hash
FROM ingestion_layer.dim_product_labels AS labels
LEFT JOIN ingestion_layer.dim_products AS products USING (product_key)
