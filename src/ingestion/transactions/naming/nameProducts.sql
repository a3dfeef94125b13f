-- Grain: one SKU to name anew: by the transaction given for it; where none is, it keeps its last name, named by none.
WITH
  newest AS (
    SELECT naming.product_key, naming.transaction_id, labels.product_name, labels.category_name
    FROM unnest(:named_keys::integer[], :transaction_ids::bigint[], :label_keys::integer[])
      AS naming (product_key, transaction_id, label_key)
    JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
  )

UPDATE ingestion_layer.dim_products AS products
SET
  product_name = coalesce(newest.product_name, products.product_name),
  category_name = coalesce(newest.category_name, products.category_name),
  named_by_transaction_id = newest.transaction_id
FROM unnest(:product_keys::integer[]) AS left_behind (product_key)
LEFT JOIN newest USING (product_key)
WHERE products.product_key = left_behind.product_key;
