-- Grain: one transaction of the chunk whose device has not arrived yet, kept whole.
INSERT INTO operations.quarantine (
  source, file_id, source_line, run_id, reason, column_name, state, natural_key, device_id, product_sku, product_name,
  category_name, amount, status, card_token, card_key_id, card_last4, created_at, happened_at, digest, label_digest
)
SELECT
  'transactions',
  file_id,
  source_line,
  :run_id::integer,
  outcome,
  'device_id',
  'waiting',
  transaction_id,
  device_id,
  product_sku,
  product_name,
  category_name,
  amount,
  status,
  card_token,
  card_key_id,
  card_last4,
  created_at,
  happened_at,
  digest,
  label_digest
FROM judged_transactions
JOIN staged_labels USING (label_digest)
WHERE waits AND quarantine_id IS NULL
ORDER BY source_line;
