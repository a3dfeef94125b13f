-- Grain: one version of a transaction that is not the one that counts, or will not be from here on: a fact about to be
-- corrected, a record that is older than what is there, or one that says the same again and is of no stretch: a version in
-- between, which may still wait for its device, is not to be taken for the newer one.
WITH
  facts AS (
    SELECT left_facts.*, corrected.stated_at
    FROM (
      SELECT left_fact, fact_stated_at AS stated_at FROM judged_transactions WHERE corrects
    ) AS corrected
    CROSS JOIN LATERAL (SELECT (corrected.left_fact).*) AS left_facts
  )

INSERT INTO ingestion_layer.fct_transactions_history (
  transaction_id, stated_at, file_id, source_line, run_id, replaced_run_id, was_current, happened_at, created_at, digest,
  card_token, card_key_id, card_last4, store_key, device_key, product_sku, product_name, category_name, status, amount
)
SELECT
  facts.transaction_id,
  facts.stated_at,
  facts.file_id,
  facts.source_line,
  facts.run_id,
  :run_id::integer,
  true,
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
WHERE NOT judged.is_kept AND (judged.outcome = 'superseded' OR (judged.says_again AND judged.is_by_itself));
