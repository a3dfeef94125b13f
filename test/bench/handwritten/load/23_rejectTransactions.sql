-- Grain: one record of transactions.csv that cannot be loaded, with the first reason. There are few, so this may read their
-- text again; the card is not in it.
INSERT INTO ingestion_layer.rejects (source, source_line, reason, id, refers_to)
SELECT
  'transactions',
  checked.record,
  CASE
    WHEN checked.transaction_id IS NULL THEN CASE WHEN written.id = '' THEN 'missing_value' ELSE 'bad_whole_number' END
    WHEN written.device_id !~ '^[0-9]+$' THEN CASE WHEN written.device_id = '' THEN 'missing_value' ELSE 'bad_whole_number' END
    WHEN length(written.device_id) > 14 THEN 'card_like_value'
    WHEN checked.label_number IS NULL THEN
      CASE
        WHEN btrim(written.product_sku) = '' THEN 'missing_value'
        WHEN greatest(length(written.product_name), length(written.category_name)) > 1000 THEN 'too_long'
        ELSE 'card_like_value'
      END
    WHEN checked.amount IS NULL THEN CASE WHEN written.amount = '' THEN 'missing_value' ELSE 'bad_amount' END
    WHEN checked.status IS NULL THEN CASE WHEN written.status = '' THEN 'missing_value' ELSE 'unknown_status' END
    WHEN checked.created_at IS NULL OR checked.happened_at IS NULL THEN
      CASE
        WHEN '' IN (written.created_at, written.happened_at) THEN 'missing_value'
        WHEN written.created_at ~ '^(1[3-9]|2[0-9]|3[01])/' OR written.happened_at ~ '^(1[3-9]|2[0-9]|3[01])/' THEN 'day_first'
        ELSE 'bad_timestamp'
      END
    WHEN least(checked.created_at, checked.happened_at) < '1970-01-01'
      OR greatest(checked.created_at, checked.happened_at) >= '2101-01-01'
      THEN 'year_out_of_range'
    ELSE 'unknown_device'
  END,
  CASE WHEN length(written.id) <= 14 THEN written.id END,
  CASE WHEN length(written.device_id) <= 14 THEN written.device_id END
FROM raw.checked_transactions AS checked
JOIN raw.transactions AS written USING (record)
WHERE checked.transaction_id IS NULL
  OR checked.device_key IS NULL
  OR checked.label_number IS NULL
  OR checked.amount IS NULL
  OR checked.status IS NULL
  OR checked.created_at IS NULL
  OR checked.happened_at IS NULL
  OR least(checked.created_at, checked.happened_at) < '1970-01-01'
  OR greatest(checked.created_at, checked.happened_at) >= '2101-01-01'
