-- Grain: one (SKU, name, category) that a fact points to, with the highest id that was recorded under it.
CREATE UNLOGGED TABLE raw.used_labels AS
SELECT labels.label_key, labels.label_digest, labels.product_key, labels.product_sku, labels.product_name, labels.category_name,
  used.last_transaction_id
FROM (
  SELECT label_key, max(transaction_id) AS last_transaction_id
  FROM ingestion_layer.fct_transactions
  GROUP BY label_key
) AS used
JOIN (SELECT DISTINCT ON (label_key) * FROM raw.labels ORDER BY label_key) AS labels USING (label_key)
