-- Grain: one fact of which the chunk has a newer version, and that is as it was judged. Its references are locked by the commit. One
-- look-up an id in the fact, whatever the planner thinks of the tables: what else is compared is nothing to look up by.
WITH
  corrections AS MATERIALIZED (
    SELECT
      judged.transaction_id,
      judged.happened_at,
      judged.created_at,
      judged.source_line,
      judged.digest,
      judged.card_token,
      judged.store_key,
      judged.device_key,
      labels.product_key,
      labels.label_key,
      judged.happened_date_key,
      judged.created_date_key,
      judged.file_id,
      judged.status,
      judged.card_key_id,
      judged.card_last4,
      judged.amount,
      (judged.left_fact).run_id AS left_run_id,
      (judged.left_fact).file_id AS left_file_id,
      (judged.left_fact).source_line AS left_source_line,
      (judged.left_fact).digest AS left_digest
    FROM judged_transactions AS judged
    JOIN ingestion_layer.dim_product_labels AS labels USING (label_digest)
    WHERE judged.outcome = 'corrected'
    ORDER BY judged.transaction_id
  )

UPDATE ingestion_layer.fct_transactions AS facts
SET
  happened_at = corrections.happened_at,
  created_at = corrections.created_at,
  source_line = corrections.source_line,
  digest = corrections.digest,
  card_token = corrections.card_token,
  store_key = corrections.store_key,
  device_key = corrections.device_key,
  product_key = corrections.product_key,
  label_key = corrections.label_key,
  happened_date_key = corrections.happened_date_key,
  created_date_key = corrections.created_date_key,
  run_id = :run_id::integer,
  file_id = corrections.file_id,
  status = corrections.status,
  card_key_id = corrections.card_key_id,
  card_last4 = corrections.card_last4,
  amount = corrections.amount
FROM corrections
WHERE facts.transaction_id = corrections.transaction_id
  AND (facts.run_id, facts.file_id, facts.source_line, facts.digest) IS NOT DISTINCT FROM (
    corrections.left_run_id,
    corrections.left_file_id,
    corrections.left_source_line,
    corrections.left_digest
  );
