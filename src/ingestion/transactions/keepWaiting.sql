-- Grain: one transaction that can be read by now, and whose device has not arrived yet: it waits from here on, kept whole.
UPDATE operations.quarantine AS kept
SET
  reason = judged.outcome,
  column_name = 'device_id',
  state = 'waiting',
  fields = NULL,
  natural_key = judged.transaction_id,
  device_id = judged.device_id,
  product_sku = labels.product_sku,
  product_name = labels.product_name,
  category_name = labels.category_name,
  amount = judged.amount,
  status = judged.status,
  card_token = judged.card_token,
  card_key_id = judged.card_key_id,
  card_last4 = judged.card_last4,
  created_at = judged.created_at,
  happened_at = judged.happened_at,
  digest = judged.digest,
  label_digest = judged.label_digest
FROM judged_transactions AS judged
JOIN staged_labels AS labels USING (label_digest)
WHERE judged.waits
  AND kept.quarantine_id = judged.quarantine_id
  -- By the key, however many others are in quarantine.
  AND kept.quarantine_id = ANY (ARRAY(SELECT quarantine_id FROM judged_transactions WHERE waits));
