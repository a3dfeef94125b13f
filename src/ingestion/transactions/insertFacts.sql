-- Grain: one new payment attempt, whose references are locked.
INSERT INTO ingestion_layer.fct_transactions (
  transaction_id, happened_at, created_at, source_line, digest, card_token, store_key, device_key, product_key,
  label_key, happened_date_key, created_date_key, run_id, file_id, status, card_key_id, card_last4, amount
)
SELECT
  judged.transaction_id,
  judged.happened_at,
  judged.created_at,
  judged.source_line,
  judged.digest,
  judged.card_token,
  judged.store_key,
  judged.device_key,
  labels.product_key,
  labels.label_key,
  judged.happened_date_key,
  judged.created_date_key,
  :run_id::integer,
  judged.file_id,
  judged.status,
  judged.card_key_id,
  judged.card_last4,
  judged.amount
FROM judged_transactions AS judged
JOIN ingestion_layer.dim_product_labels AS labels USING (label_digest)
WHERE judged.outcome = 'loaded'
ORDER BY judged.transaction_id;
