-- Grain: one SKU whose naming transaction was corrected to another SKU: it falls back to the next highest id. Reads the
-- fact once for such SKUs; runs only in chunks that correct something.
WITH
  left_behind AS (
    SELECT products.product_key
    FROM ingestion_layer.dim_products AS products
    JOIN ingestion_layer.fct_transactions AS facts ON facts.transaction_id = products.named_by_transaction_id
    WHERE facts.product_key <> products.product_key
  ),

  newest AS (
    SELECT DISTINCT ON (facts.product_key)
      facts.product_key, labels.product_name, labels.category_name, facts.transaction_id
    FROM ingestion_layer.fct_transactions AS facts
    JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
    WHERE facts.product_key IN (SELECT product_key FROM left_behind)
    ORDER BY facts.product_key, facts.transaction_id DESC
  )

UPDATE ingestion_layer.dim_products AS products
SET
  product_name = newest.product_name,
  category_name = newest.category_name,
  named_by_transaction_id = newest.transaction_id
FROM newest
WHERE products.product_key = newest.product_key;
