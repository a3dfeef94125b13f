-- Grain: one version of a transaction that is not the one that counts, or will not be from here on: a fact about to be
-- corrected, a record that is older than what is there, or one that says the same again where its chunk's range cannot tell:
-- a version in between, which may still wait for its device, is not to be taken for the newer one.
-- What they refer to is locked against deletion here, as a set, as it is for new facts; the caller compares the number of
-- versions with what was judged.
WITH
  -- One look-up an id in the fact, whatever the planner thinks of the tables.
  facts AS MATERIALIZED (
    SELECT facts.*, judged.fact_stated_at AS stated_at
    FROM judged_transactions AS judged
    CROSS JOIN LATERAL (
      SELECT * FROM ingestion_layer.fct_transactions AS facts WHERE facts.transaction_id = judged.transaction_id OFFSET 0
    ) AS facts
    WHERE judged.outcome = 'corrected'
  ),

  kept AS MATERIALIZED (
    SELECT
      facts.transaction_id,
      facts.stated_at,
      facts.file_id,
      facts.source_line,
      facts.run_id,
      :run_id::integer AS replaced_run_id,
      true AS was_current,
      facts.happened_at,
      facts.created_at,
      facts.digest,
      facts.card_token,
      facts.card_key_id,
      facts.card_last4,
      facts.store_key,
      facts.device_key,
      products.product_sku,
      labels.product_name,
      labels.category_name,
      facts.status,
      facts.amount
    FROM facts
    JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
    JOIN ingestion_layer.dim_products AS products ON products.product_key = facts.product_key
    UNION ALL
    SELECT
      judged.transaction_id,
      judged.said_at,
      judged.file_id,
      judged.source_line,
      judged.stated_run_id,
      judged.stated_run_id,
      false,
      judged.happened_at,
      judged.created_at,
      judged.digest,
      judged.card_token,
      judged.card_key_id,
      judged.card_last4,
      judged.store_key,
      judged.device_key,
      labels.product_sku,
      labels.product_name,
      labels.category_name,
      judged.status,
      judged.amount
    FROM judged_transactions AS judged
    JOIN staged_labels AS labels USING (label_digest)
    WHERE NOT judged.is_kept AND (judged.outcome = 'superseded' OR (judged.says_again AND judged.is_by_itself))
  ),

  wanted_devices AS MATERIALIZED (SELECT DISTINCT device_key FROM kept),

  devices AS MATERIALIZED (
    SELECT device_key
    FROM ingestion_layer.dim_devices
    WHERE device_key IN (SELECT device_key FROM wanted_devices)
    ORDER BY device_key
    FOR KEY SHARE
  ),

  wanted_stores AS MATERIALIZED (SELECT DISTINCT store_key FROM kept),

  stores AS MATERIALIZED (
    SELECT store_key
    FROM ingestion_layer.dim_stores
    WHERE store_key IN (SELECT store_key FROM wanted_stores)
    ORDER BY store_key
    FOR KEY SHARE
  ),

  wanted_runs AS MATERIALIZED (SELECT DISTINCT run_id FROM kept UNION SELECT DISTINCT replaced_run_id FROM kept),

  runs AS MATERIALIZED (
    SELECT run_id
    FROM operations.runs
    WHERE run_id IN (SELECT run_id FROM wanted_runs)
    ORDER BY run_id
    FOR KEY SHARE
  ),

  wanted_files AS MATERIALIZED (SELECT DISTINCT file_id FROM kept),

  files AS MATERIALIZED (
    SELECT file_id
    FROM operations.source_files
    WHERE file_id IN (SELECT file_id FROM wanted_files)
    ORDER BY file_id
    FOR KEY SHARE
  )

INSERT INTO ingestion_layer.fct_transactions_history (
  transaction_id, stated_at, file_id, source_line, run_id, replaced_run_id, was_current, happened_at, created_at, digest,
  card_token, card_key_id, card_last4, store_key, device_key, product_sku, product_name, category_name, status, amount
)
SELECT
  kept.transaction_id,
  kept.stated_at,
  kept.file_id,
  kept.source_line,
  kept.run_id,
  kept.replaced_run_id,
  kept.was_current,
  kept.happened_at,
  kept.created_at,
  kept.digest,
  kept.card_token,
  kept.card_key_id,
  kept.card_last4,
  kept.store_key,
  kept.device_key,
  kept.product_sku,
  kept.product_name,
  kept.category_name,
  kept.status,
  kept.amount
FROM kept
-- All or nothing, counted once instead of looked up for each.
WHERE (SELECT count(*) FROM devices) = (SELECT count(*) FROM wanted_devices)
  AND (SELECT count(*) FROM stores) = (SELECT count(*) FROM wanted_stores)
  AND (SELECT count(*) FROM files) = (SELECT count(*) FROM wanted_files)
  AND (SELECT count(*) FROM runs) = (SELECT count(*) FROM wanted_runs);
