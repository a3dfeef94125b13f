-- Grain: one (SKU, name, category) that the chunk is the first to record. In order of the key, as every writer takes its locks.
INSERT INTO ingestion_layer.dim_product_labels (label_digest, product_key, product_name, category_name)
SELECT DISTINCT ON (applied.label_digest)
  applied.label_digest, products.product_key, applied.product_name, applied.category_name
FROM unnest(:label_digests::uuid[], :product_skus::text[], :product_names::text[], :category_names::text[])
  AS applied (label_digest, product_sku, product_name, category_name)
JOIN ingestion_layer.dim_products AS products USING (product_sku)
WHERE NOT EXISTS (
    SELECT FROM ingestion_layer.dim_product_labels AS known WHERE known.label_digest = applied.label_digest
  )
ORDER BY applied.label_digest
ON CONFLICT (label_digest) DO NOTHING;
