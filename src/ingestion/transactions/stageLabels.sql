-- Grain: one label of the staged transactions.
INSERT INTO staged_labels (label_digest, product_sku, product_name, category_name)
SELECT *
FROM unnest(:label_digests::uuid[], :product_skus::text[], :product_names::text[], :category_names::text[]);
