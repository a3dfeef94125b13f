-- Grain: one quarantined transaction whose device has arrived since, of at most :limit ids. All of an id come together,
-- so that where a batch ends does not decide which of them counts.
WITH
  picked AS MATERIALIZED (
    SELECT DISTINCT waiting.natural_key
    FROM operations.quarantine AS waiting
    WHERE waiting.source = 'transactions'
      AND waiting.state = 'waiting'
      AND EXISTS (SELECT FROM ingestion_layer.dim_devices AS devices WHERE devices.device_id = waiting.device_id)
    ORDER BY waiting.natural_key
    LIMIT :limit::integer
  ),

  -- One index look-up for each, whatever the planner knows of what waits.
  arrived AS MATERIALIZED (
    SELECT open_record.*
    FROM picked
    CROSS JOIN LATERAL (
      SELECT *
      FROM operations.quarantine
      WHERE source = 'transactions' AND natural_key = picked.natural_key AND state IN ('waiting', 'rejected')
      OFFSET 0
    ) AS open_record
    WHERE open_record.state = 'waiting'
      AND EXISTS (SELECT FROM ingestion_layer.dim_devices AS devices WHERE devices.device_id = open_record.device_id)
  ),

  labels AS (
    INSERT INTO staged_labels (label_digest, product_sku, product_name, category_name)
    SELECT DISTINCT ON (label_digest) label_digest, product_sku, product_name, category_name
    FROM arrived
    ORDER BY label_digest
  )

INSERT INTO staged_transactions (
  source_line, transaction_id, device_id, created_at, happened_at, digest, label_digest, card_token, created_date_key,
  happened_date_key, status, amount, card_last4, file_id, card_key_id, stated_run_id, quarantine_id, said_at
)
SELECT
  source_line,
  natural_key,
  device_id,
  created_at,
  happened_at,
  digest,
  label_digest,
  card_token,
  to_char(created_at AT TIME ZONE 'UTC', 'YYYYMMDD')::integer,
  to_char(happened_at AT TIME ZONE 'UTC', 'YYYYMMDD')::integer,
  status,
  amount,
  card_last4,
  file_id,
  card_key_id,
  run_id,
  quarantine_id,
  coalesce(
    (
      SELECT ranges.stated_at
      FROM operations.file_ranges AS ranges
      WHERE ranges.file_id = arrived.file_id AND ranges.first_line <= arrived.source_line
      ORDER BY ranges.first_line DESC
      LIMIT 1
    ),
    (
      SELECT
        coalesce(
          snapshot_at,
          to_timestamp(mtime_ns / 1000000000) + (mtime_ns / 1000 % 1000000) * interval '1 microsecond'
        )
      FROM operations.source_files AS files
      WHERE files.file_id = arrived.file_id
    )
  )
FROM arrived;
