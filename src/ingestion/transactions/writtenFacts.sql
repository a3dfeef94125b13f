-- Grain: one fact that the chunk has written as it was judged.
SELECT
  judged.store_key,
  judged.device_key,
  labels.product_key,
  judged.happened_date_key,
  judged.status,
  (judged.amount * 100)::bigint AS cents,
  judged.transaction_id,
  (extract(epoch FROM judged.happened_at) * 1000000)::bigint AS happened_at_micros
FROM judged_transactions AS judged
JOIN ingestion_layer.dim_product_labels AS labels USING (label_digest)
WHERE judged.outcome IN ('loaded', 'corrected');
