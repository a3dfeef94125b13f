-- Grain: one SKU whose naming transaction the chunk corrected to another SKU: it falls back to the next highest id. One
-- that has no transaction left keeps its last name, named by none. Looks only at SKUs that the chunk took facts from,
-- walking down the ids from the highest; runs only in chunks that correct something.
WITH
  left_behind AS (
    SELECT products.product_key
    FROM ingestion_layer.dim_products AS products
    WHERE products.product_key IN (SELECT left_product_key FROM judged_transactions WHERE outcome = 'corrected')
      AND NOT EXISTS (
        SELECT
        FROM ingestion_layer.fct_transactions AS facts
        WHERE facts.transaction_id = products.named_by_transaction_id AND facts.product_key = products.product_key
      )
  ),

  newest AS (
    SELECT left_behind.product_key, fact.transaction_id, labels.product_name, labels.category_name
    FROM left_behind
    LEFT JOIN LATERAL (
      SELECT facts.transaction_id, facts.label_key
      FROM ingestion_layer.fct_transactions AS facts
      WHERE facts.product_key = left_behind.product_key
      ORDER BY facts.transaction_id DESC
      LIMIT 1
    ) AS fact ON true
    LEFT JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
  )

UPDATE ingestion_layer.dim_products AS products
SET
  product_name = coalesce(newest.product_name, products.product_name),
  category_name = coalesce(newest.category_name, products.category_name),
  named_by_transaction_id = newest.transaction_id
FROM newest
WHERE products.product_key = newest.product_key;
