-- Grain: one SKU whose highest transaction id is in the chunk: it shows the name recorded with that one.
WITH
  newest AS (
    SELECT DISTINCT ON (product_sku) product_sku, product_name, category_name, highest_transaction_id AS transaction_id
    FROM unnest(:product_skus::text[], :product_names::text[], :category_names::text[], :highest_transaction_ids::bigint[])
      AS applied (product_sku, product_name, category_name, highest_transaction_id)
    ORDER BY product_sku, highest_transaction_id DESC
  )

UPDATE ingestion_layer.dim_products AS products
SET
  product_name = newest.product_name,
  category_name = newest.category_name,
  named_by_transaction_id = newest.transaction_id
FROM newest
WHERE products.product_sku = newest.product_sku
  -- A product whose last sale was corrected away has nothing that named it.
  AND (products.named_by_transaction_id <= newest.transaction_id) IS NOT FALSE
  AND (products.named_by_transaction_id, products.product_name, products.category_name)
    IS DISTINCT FROM (newest.transaction_id, newest.product_name, newest.category_name);
