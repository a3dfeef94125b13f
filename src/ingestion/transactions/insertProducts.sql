-- Grain: one SKU that the chunk is the first to name. In order of the key, as every writer takes its locks.
INSERT INTO ingestion_layer.dim_products (product_sku, product_name, category_name, named_by_transaction_id, run_id)
SELECT DISTINCT ON (product_sku COLLATE "C")
  product_sku, product_name, category_name, highest_transaction_id, :run_id::integer
FROM unnest(:product_skus::text[], :product_names::text[], :category_names::text[], :highest_transaction_ids::bigint[])
  AS applied (product_sku, product_name, category_name, highest_transaction_id)
WHERE NOT EXISTS (SELECT FROM ingestion_layer.dim_products AS known WHERE known.product_sku = applied.product_sku)
ORDER BY product_sku COLLATE "C", highest_transaction_id DESC
ON CONFLICT (product_sku) DO NOTHING;
