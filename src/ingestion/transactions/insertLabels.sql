-- Grain: one (SKU, name, category) that the chunk is the first to record.
INSERT INTO ingestion_layer.dim_product_labels (label_digest, product_key, product_name, category_name)
SELECT DISTINCT ON (judged.label_digest) judged.label_digest, products.product_key, judged.product_name, judged.category_name
FROM judged_transactions AS judged
JOIN ingestion_layer.dim_products AS products USING (product_sku)
WHERE judged.outcome IN ('loaded', 'corrected')
  AND NOT EXISTS (
    SELECT FROM ingestion_layer.dim_product_labels AS known WHERE known.label_digest = judged.label_digest
  )
ORDER BY judged.label_digest
ON CONFLICT (label_digest) DO NOTHING;
