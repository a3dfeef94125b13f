-- Grain: one fact whose label is of another product.
SELECT
  'transaction ' || facts.transaction_id AS subject,
  labels.product_key::text AS expected,
  facts.product_key::text AS actual
FROM ingestion_layer.fct_transactions AS facts
JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
WHERE labels.product_key <> facts.product_key
ORDER BY facts.transaction_id
LIMIT :limit::integer;
