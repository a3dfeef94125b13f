-- Grain: one staged transaction, each with its outcome. Reads the fact only for ids at or below the watermark, one
-- index look-up an id, so the cost does not grow with history. Nothing hangs on where a chunk ends: what one record
-- does to another of its id is the same whether they meet in a chunk or over two.
INSERT INTO judged_transactions
WITH
  devices AS (SELECT device_id, device_key, store_key FROM ingestion_layer.dim_devices),

  staged AS (
    SELECT
      *,
      coalesce(staged_transactions.file_id, :file_id::integer) AS its_file_id,
      last_value(source_line) OVER newest AS newest_line,
      last_value(quarantine_id) OVER newest AS newest_quarantine_id,
      last_value(digest) OVER newest AS newest_digest,
      last_value(file_id) OVER newest AS newest_file_id
    FROM staged_transactions
    LEFT JOIN devices USING (device_id)
    -- Within a file the last line that can be loaded counts; of several files (only in what comes back from quarantine),
    -- the one that was there first.
    WINDOW newest AS (
      PARTITION BY transaction_id
      ORDER BY device_key IS NOT NULL, file_id DESC, quarantine_id, source_line
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
  )

SELECT
  staged.source_line,
  staged.transaction_id,
  staged.device_id,
  staged.created_at,
  staged.happened_at,
  staged.digest,
  staged.label_digest,
  staged.card_token,
  staged.created_date_key,
  staged.happened_date_key,
  staged.status,
  staged.amount,
  staged.card_last4,
  staged.product_sku,
  staged.product_name,
  staged.category_name,
  staged.quarantine_id,
  staged.its_file_id,
  CASE WHEN staged.card_token IS NOT NULL THEN coalesce(staged.card_key_id, :card_key_id::smallint) END,
  CASE
    WHEN fact.digest = staged.digest THEN 'already_present'
    -- Only a later line of the same file is known to be newer than what is loaded.
    WHEN fact.digest IS NOT NULL
      AND (fact.file_id <> staged.its_file_id OR fact.source_line > staged.source_line OR staged.quarantine_id IS NOT NULL)
      THEN 'changed_after_load'
    WHEN staged.device_key IS NULL THEN 'unknown_device'
    WHEN (staged.quarantine_id, staged.source_line)
      IS DISTINCT FROM (staged.newest_quarantine_id, staged.newest_line)
      THEN CASE
        WHEN staged.digest = staged.newest_digest THEN 'already_present'
        WHEN staged.file_id <> staged.newest_file_id THEN 'changed_after_load'
        ELSE 'superseded'
      END
    WHEN fact.digest IS NOT NULL THEN 'corrected'
    ELSE 'loaded'
  END,
  staged.device_key,
  staged.store_key
FROM staged
LEFT JOIN LATERAL (
  SELECT facts.digest, facts.file_id, facts.source_line
  FROM ingestion_layer.fct_transactions AS facts
  WHERE facts.transaction_id = staged.transaction_id AND staged.transaction_id <= (
      SELECT watermark FROM operations.watermarks WHERE source = 'transactions'
    )
  OFFSET 0
) AS fact ON true;
