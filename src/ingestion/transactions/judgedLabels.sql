-- Grain: one label of the judged transactions that go into the fact.
SELECT
  label_digest,
  labels.product_sku,
  labels.product_name,
  labels.category_name,
  max(judged.transaction_id) AS highest_transaction_id
FROM judged_transactions AS judged
JOIN staged_labels AS labels USING (label_digest)
WHERE judged.outcome IN ('loaded', 'corrected')
GROUP BY label_digest, labels.product_sku, labels.product_name, labels.category_name;
