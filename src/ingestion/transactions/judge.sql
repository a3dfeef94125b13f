-- Grain: one staged transaction, each with its outcome. Reads the fact only for ids at or below the watermark, one
-- index look-up an id, so the cost does not grow with history. Nothing hangs on where a chunk ends: what one record
-- does to another of its id is the same whether they meet in a chunk or over two.
INSERT INTO judged_transactions
WITH
  devices AS (SELECT device_id, device_key, store_key FROM ingestion_layer.dim_devices),

  known AS (
    SELECT
      staged_transactions.*,
      devices.device_key,
      devices.store_key,
      fact.digest AS fact_digest,
      fact.card_token AS fact_card_token,
      fact.file_id AS fact_file_id,
      fact.source_line AS fact_line,
      fact.product_key AS fact_product_key
    FROM staged_transactions
    LEFT JOIN devices USING (device_id)
    LEFT JOIN LATERAL (
      SELECT facts.digest, facts.card_token, facts.file_id, facts.source_line, facts.product_key
      FROM ingestion_layer.fct_transactions AS facts
      WHERE facts.transaction_id = staged_transactions.transaction_id AND staged_transactions.transaction_id <= (
          SELECT watermark FROM operations.watermarks WHERE source = 'transactions'
        )
      OFFSET 0
    ) AS fact ON true
  ),

  staged AS (
    SELECT
      *,
      last_value(source_line) OVER newest AS newest_line,
      last_value(quarantine_id) OVER newest AS newest_quarantine_id,
      last_value(digest) OVER newest AS newest_digest,
      last_value(file_id) OVER newest AS newest_file_id
    FROM known
    -- Within a file the last line that can be loaded counts; of several files (only in what comes back from quarantine),
    -- the one that the fact is from, else the one that was there first.
    WINDOW newest AS (
      PARTITION BY transaction_id
      ORDER BY
        device_key IS NOT NULL,
        coalesce(fact_file_id = file_id, false),
        file_id DESC,
        quarantine_id,
        source_line
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
  ),

  judged AS (
    SELECT
      *,
      CASE
        -- The digest leaves the card out, and a line that is read again may have had its card cut.
        WHEN fact_digest = digest
          AND (fact_card_token IS NOT DISTINCT FROM card_token OR (fact_file_id, fact_line) <> (file_id, source_line))
          THEN 'already_present'
        -- Only a later line of the same file is known to be newer than what is loaded.
        WHEN fact_file_id <> file_id
          THEN CASE
            WHEN newest_file_id = fact_file_id AND newest_line > fact_line AND newest_digest = digest THEN 'already_present'
            ELSE 'changed_after_load'
          END
        WHEN fact_line > source_line THEN 'superseded'
        WHEN device_key IS NULL THEN 'unknown_device'
        WHEN (quarantine_id, source_line) IS DISTINCT FROM (newest_quarantine_id, newest_line)
          THEN CASE
            WHEN digest = newest_digest THEN 'already_present'
            WHEN file_id <> newest_file_id THEN 'changed_after_load'
            ELSE 'superseded'
          END
        WHEN fact_digest IS NOT NULL THEN 'corrected'
        ELSE 'loaded'
      END AS outcome
    FROM staged
  )

SELECT
  source_line,
  transaction_id,
  device_id,
  created_at,
  happened_at,
  digest,
  label_digest,
  card_token,
  created_date_key,
  happened_date_key,
  status,
  amount,
  card_last4,
  file_id,
  card_key_id,
  stated_run_id,
  quarantine_id,
  outcome,
  device_key,
  store_key,
  fact_product_key,
  outcome = 'already_present' AND coalesce(fact_digest = digest AND fact_file_id = file_id AND fact_line < source_line, false)
FROM judged;
