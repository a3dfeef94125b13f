-- Grain: one SKU that the chunk took its naming transaction from, or that none names: the id that it is named by, and whether it has
-- a transaction left, so a rollup (they are folded by now).
SELECT
  products.product_key,
  products.named_by_transaction_id AS named_by,
  rollup.product_key IS NOT NULL AS is_sold
FROM ingestion_layer.dim_products AS products
LEFT JOIN aggregation_layer.rollup_products AS rollup USING (product_key)
WHERE products.product_key IN (SELECT (left_fact).product_key FROM judged_transactions WHERE outcome = 'corrected')
  AND (
    products.named_by_transaction_id IS NULL
    OR products.named_by_transaction_id IN (SELECT transaction_id FROM judged_transactions WHERE outcome = 'corrected')
  );
