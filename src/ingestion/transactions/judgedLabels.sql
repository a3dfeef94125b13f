-- Grain: one label of the judged transactions that go into the fact.
SELECT
  label_digest,
  labels.product_sku,
  labels.product_name,
  labels.category_name,
  judged.highest_transaction_id
FROM (
  SELECT label_digest, max(transaction_id) AS highest_transaction_id
  FROM judged_transactions
  WHERE outcome IN ('loaded', 'corrected')
  GROUP BY label_digest
) AS judged
JOIN staged_labels AS labels USING (label_digest);
