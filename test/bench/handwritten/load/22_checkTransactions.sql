-- Grain: one record of transactions.csv, with its values, or nulls where they cannot be read. Every test is as cheap as it can
-- be: a cast is asked if it would succeed, and what casts take and the rules do not is ruled out by comparison; a regular
-- expression costs three to ten times as much. Devices and labels are looked up as they are written. The card ends here;
-- only those with something between their digits pay for taking it out.
CREATE UNLOGGED TABLE raw.checked_transactions WITH (autovacuum_enabled = off) AS
SELECT
  transactions.record,
  CASE
    WHEN pg_input_is_valid(transactions.id, 'bigint')
      AND transactions.id::bigint BETWEEN 1 AND 99999999999999
      AND transactions.id::bigint::text = transactions.id
      THEN transactions.id::bigint
  END AS transaction_id,
  devices.device_id,
  devices.device_key,
  devices.store_key,
  labels.label_number,
  CASE
    WHEN pg_input_is_valid(transactions.amount, 'numeric(13, 2)')
      AND transactions.amount NOT LIKE '%.___%'
      AND translate(transactions.amount, '0123456789.', '') = ''
      THEN transactions.amount::numeric(18, 2)
  END AS amount,
  CASE
    WHEN transactions.status IN ('accepted', 'refused', 'cancelled')
      THEN transactions.status::ingestion_layer.transaction_status
  END AS status,
  CASE
    WHEN transactions.created_at LIKE '__/__/____ _%:__:__'
      AND substr(transactions.created_at, 12, 2) <> '24'
      AND right(transactions.created_at, 2) <> '60'
      AND pg_input_is_valid(transactions.created_at, 'timestamptz')
      THEN transactions.created_at::timestamptz
  END AS created_at,
  CASE
    WHEN transactions.happened_at LIKE '__/__/____ _%:__:__'
      AND substr(transactions.happened_at, 12, 2) <> '24'
      AND right(transactions.happened_at, 2) <> '60'
      AND pg_input_is_valid(transactions.happened_at, 'timestamptz')
      THEN transactions.happened_at::timestamptz
  END AS happened_at,
  CASE
    WHEN pg_input_is_valid(transactions.card_number, 'bigint')
      AND transactions.card_number::bigint >= 100000000000
      AND transactions.card_number::bigint::text = transactions.card_number
      THEN encode(substr(hmac(transactions.card_number::bytea, :card_token_key::bytea, 'sha256'), 1, 16), 'hex')::uuid
    WHEN translate(transactions.card_number, '0123456789 -', '') = ''
      AND length(translate(transactions.card_number, ' -', '')) BETWEEN 12 AND 19
      THEN encode(
        substr(hmac(translate(transactions.card_number, ' -', '')::bytea, :card_token_key::bytea, 'sha256'), 1, 16),
        'hex'
      )::uuid
  END AS card_token,
  CASE
    WHEN strpos(right(transactions.card_number, 4), ' ') = 0 AND strpos(right(transactions.card_number, 4), '-') = 0
      THEN right(transactions.card_number, 4)
    ELSE right(translate(transactions.card_number, ' -', ''), 4)
  END AS card_last4
FROM raw.transactions AS transactions
LEFT JOIN raw.known_devices AS devices ON devices.written_id = transactions.device_id
LEFT JOIN raw.labels AS labels
  ON labels.written_sku = transactions.product_sku
  AND labels.written_name = transactions.product_name
  AND labels.written_category = transactions.category_name
