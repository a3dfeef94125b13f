-- Grain: one SKU whose naming transaction the chunk corrected to another SKU: it falls back to the next highest id. One
-- that has no transaction left, so no rollup (they are folded by now), keeps its last name, named by none. Looks only at
-- SKUs that the chunk took facts from, walking down the ids from the highest; runs only in chunks that correct something.
WITH
  left_behind AS (
    SELECT products.product_key
    FROM ingestion_layer.dim_products AS products
    WHERE products.product_key IN (SELECT (left_fact).product_key FROM judged_transactions WHERE outcome = 'corrected')
      AND NOT EXISTS (
        SELECT
        FROM ingestion_layer.fct_transactions AS facts
        WHERE facts.transaction_id = products.named_by_transaction_id AND facts.product_key = products.product_key
      )
  ),

  newest AS (
    SELECT rollup.product_key, fact.transaction_id, labels.product_name, labels.category_name
    FROM left_behind
    JOIN aggregation_layer.rollup_products AS rollup USING (product_key)
    CROSS JOIN LATERAL (
      SELECT facts.transaction_id, facts.label_key
      FROM ingestion_layer.fct_transactions AS facts
      WHERE facts.product_key = rollup.product_key
      ORDER BY facts.transaction_id DESC
      LIMIT 1
    ) AS fact
    JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
  )

UPDATE ingestion_layer.dim_products AS products
SET
  product_name = coalesce(newest.product_name, products.product_name),
  category_name = coalesce(newest.category_name, products.category_name),
  named_by_transaction_id = newest.transaction_id
FROM left_behind
LEFT JOIN newest USING (product_key)
WHERE products.product_key = left_behind.product_key;
