-- Grain: one SKU that does not show the name and category of its highest transaction id, or, having no transaction, says
-- that one named it.
WITH
  newest AS (
    SELECT product_key, max(transaction_id) AS transaction_id
    FROM ingestion_layer.fct_transactions
    GROUP BY product_key
  ),

  names AS (
    SELECT newest.product_key, newest.transaction_id, labels.product_name, labels.category_name
    FROM newest
    JOIN ingestion_layer.fct_transactions AS facts USING (transaction_id)
    JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
  )

SELECT
  products.product_sku AS subject,
  coalesce(names.product_name || ' / ' || names.category_name, 'named by no transaction') AS expected,
  products.product_name || ' / ' || products.category_name AS actual
FROM ingestion_layer.dim_products AS products
LEFT JOIN names USING (product_key)
WHERE names.transaction_id IS DISTINCT FROM products.named_by_transaction_id
  OR (names.product_name, names.category_name) <> (products.product_name, products.category_name)
ORDER BY products.product_sku COLLATE "C"
LIMIT :limit::integer;
