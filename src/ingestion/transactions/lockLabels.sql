-- Grain: one label of the chunk's new facts, locked against deletion with its product as a foreign key would lock them.
SELECT labels.label_digest, labels.label_key, labels.product_key
FROM ingestion_layer.dim_product_labels AS labels
JOIN ingestion_layer.dim_products AS products USING (product_key)
WHERE labels.label_digest = ANY (:label_digests::uuid[])
ORDER BY labels.label_key
FOR KEY SHARE OF labels, products;
