-- Grain: one fact whose label is of another product.
WITH
  -- Before they are put in order: to find the first of none, nodes would join one by one.
  different AS MATERIALIZED (
    SELECT
      facts.transaction_id,
      'transaction ' || facts.transaction_id AS subject,
      labels.product_key::text AS expected,
      facts.product_key::text AS actual
    FROM ingestion_layer.fct_transactions AS facts
    JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
    WHERE labels.product_key <> facts.product_key
  )

SELECT subject, expected, actual
FROM different
ORDER BY transaction_id
LIMIT :limit::integer;
