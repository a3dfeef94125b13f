-- Grain: as in renameProductsLeft.sql, for facts that are distributed: the highest ids are asked of all nodes at once, and
-- only where a SKU has lost the one that named it.
WITH
  touched AS MATERIALIZED (
    SELECT products.product_key, products.named_by_transaction_id
    FROM ingestion_layer.dim_products AS products
    WHERE products.product_key IN (SELECT (left_fact).product_key FROM judged_transactions WHERE outcome = 'corrected')
  ),

  naming AS MATERIALIZED (
    SELECT facts.transaction_id, facts.product_key
    FROM ingestion_layer.fct_transactions AS facts
    JOIN touched ON touched.named_by_transaction_id = facts.transaction_id
  ),

  left_behind AS MATERIALIZED (
    SELECT touched.product_key
    FROM touched
    WHERE NOT EXISTS (
        SELECT 1
        FROM naming
        WHERE naming.transaction_id = touched.named_by_transaction_id AND naming.product_key = touched.product_key
      )
  ),

  highest AS MATERIALIZED (
    SELECT facts.product_key, max(facts.transaction_id) AS transaction_id
    FROM ingestion_layer.fct_transactions AS facts
    JOIN left_behind USING (product_key)
    GROUP BY facts.product_key
  ),

  labelled AS MATERIALIZED (
    SELECT facts.product_key, facts.transaction_id, facts.label_key
    FROM ingestion_layer.fct_transactions AS facts
    JOIN highest USING (transaction_id)
  ),

  newest AS MATERIALIZED (
    SELECT labelled.product_key, labelled.transaction_id, labels.product_name, labels.category_name
    FROM labelled
    JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
  ),

  renamed AS MATERIALIZED (
    SELECT left_behind.product_key, newest.transaction_id, newest.product_name, newest.category_name
    FROM left_behind
    LEFT JOIN newest USING (product_key)
  )

UPDATE ingestion_layer.dim_products AS products
SET
  product_name = coalesce(renamed.product_name, products.product_name),
  category_name = coalesce(renamed.category_name, products.category_name),
  named_by_transaction_id = renamed.transaction_id
FROM renamed
WHERE products.product_key = renamed.product_key;
