-- Grain: one quarantined transaction whose device has arrived since, at most :limit of them, oldest first.
INSERT INTO staged_transactions (
  source_line, transaction_id, device_id, created_at, happened_at, digest, label_digest, card_token, created_date_key,
  happened_date_key, status, amount, card_last4, product_sku, product_name, category_name, quarantine_id, file_id,
  card_key_id
)
SELECT
  waiting.source_line,
  waiting.natural_key,
  waiting.device_id,
  waiting.created_at,
  waiting.happened_at,
  waiting.digest,
  waiting.label_digest,
  waiting.card_token,
  to_char(waiting.created_at, 'YYYYMMDD')::integer,
  to_char(waiting.happened_at, 'YYYYMMDD')::integer,
  waiting.status,
  waiting.amount,
  waiting.card_last4,
  waiting.product_sku,
  waiting.product_name,
  waiting.category_name,
  waiting.quarantine_id,
  waiting.file_id,
  waiting.card_key_id
FROM operations.quarantine AS waiting
WHERE waiting.source = 'transactions'
  AND waiting.state = 'waiting'
  AND EXISTS (SELECT FROM ingestion_layer.dim_devices AS devices WHERE devices.device_id = waiting.device_id)
ORDER BY waiting.quarantine_id
LIMIT :limit::integer;
