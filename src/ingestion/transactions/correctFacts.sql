-- Grain: one fact of which the chunk has a newer version.
UPDATE ingestion_layer.fct_transactions AS facts
SET
  happened_at = judged.happened_at,
  created_at = judged.created_at,
  source_line = judged.source_line,
  digest = judged.digest,
  card_token = judged.card_token,
  store_key = judged.store_key,
  device_key = judged.device_key,
  product_key = labels.product_key,
  label_key = labels.label_key,
  happened_date_key = judged.happened_date_key,
  created_date_key = judged.created_date_key,
  run_id = :run_id::integer,
  file_id = judged.file_id,
  status = judged.status,
  card_key_id = judged.card_key_id,
  card_last4 = judged.card_last4,
  amount = judged.amount
FROM judged_transactions AS judged
JOIN ingestion_layer.dim_product_labels AS labels USING (label_digest)
WHERE judged.outcome = 'corrected' AND facts.transaction_id = judged.transaction_id;
