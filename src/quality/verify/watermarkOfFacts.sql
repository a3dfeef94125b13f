-- Grain: the transactions' watermark, when it is not the highest id of the facts.
WITH
  highest AS (SELECT max(transaction_id) AS transaction_id FROM ingestion_layer.fct_transactions),
  kept AS (SELECT max(watermark) AS watermark FROM operations.watermarks WHERE source = 'transactions')

SELECT
  'transactions' AS subject,
  coalesce(highest.transaction_id::text, 'none') AS expected,
  coalesce(kept.watermark::text, 'none') AS actual
FROM highest, kept
WHERE highest.transaction_id IS DISTINCT FROM kept.watermark
LIMIT :limit::integer;
