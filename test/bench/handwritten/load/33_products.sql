-- Grain: one SKU, under the name recorded with its highest transaction id.
INSERT INTO ingestion_layer.dim_products (
  product_key, product_sku, product_name, category_name, named_by_transaction_id, run_id
)
SELECT DISTINCT ON (product_key) product_key, product_sku, product_name, category_name, last_transaction_id, 1
FROM raw.used_labels
ORDER BY product_key, last_transaction_id DESC
