-- Grain: one (SKU, name, category) that a sale was recorded under.
INSERT INTO ingestion_layer.dim_product_labels (label_key, label_digest, product_key, product_name, category_name)
SELECT label_key, label_digest, product_key, product_name, category_name
FROM raw.used_labels
