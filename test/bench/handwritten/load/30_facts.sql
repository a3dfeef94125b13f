-- Grain: one payment attempt, as its last record has it, in order of its id. The workers hash and sort; this process merges
-- what they bring and writes. No key is there yet. Records of other years find no day.
CREATE TABLE ingestion_layer.fct_transactions AS
SELECT DISTINCT ON (checked.transaction_id)
  checked.transaction_id,
  checked.happened_at,
  checked.created_at,
  checked.record AS source_line,
  encode(
    substr(
      sha256(
        convert_to(
          concat_ws(
            E'\x1f',
            checked.transaction_id,
            checked.device_id,
            checked.amount,
            checked.status,
            (date_part('epoch', checked.created_at) * 1000000)::bigint,
            (date_part('epoch', checked.happened_at) * 1000000)::bigint,
            labels.label_text
          ),
          'UTF8'
        )
      ),
      1,
      16
    ),
    'hex'
  )::uuid AS digest,
  checked.card_token,
  checked.store_key,
  checked.device_key,
  labels.product_key,
  labels.label_key,
  happened.date_key AS happened_date_key,
  created.date_key AS created_date_key,
  1 AS run_id,
  3 AS file_id,
  checked.status,
  CASE WHEN checked.card_token IS NOT NULL THEN 1::smallint END AS card_key_id,
  CASE WHEN checked.card_token IS NOT NULL THEN checked.card_last4 END AS card_last4,
  checked.amount
FROM raw.checked_transactions AS checked
JOIN raw.labels AS labels USING (label_number)
JOIN ingestion_layer.dim_time AS happened ON happened.calendar_date = checked.happened_at::date
JOIN ingestion_layer.dim_time AS created ON created.calendar_date = checked.created_at::date
WHERE checked.transaction_id IS NOT NULL
  AND checked.amount IS NOT NULL
  AND checked.status IS NOT NULL
  AND checked.device_key IS NOT NULL
ORDER BY checked.transaction_id, checked.record DESC
