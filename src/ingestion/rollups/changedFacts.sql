-- Grain: one fact that the chunk writes, of the outcomes asked for, as it stands: before the writes as it was, after them as
-- it is. One index look-up an id, so the cost does not grow with history.
SELECT
  facts.store_key,
  facts.device_key,
  facts.product_key,
  facts.happened_date_key,
  facts.status,
  (facts.amount * 100)::bigint AS cents,
  facts.transaction_id,
  (extract(epoch FROM facts.happened_at) * 1000000)::bigint AS happened_at_micros
FROM judged_transactions AS judged
CROSS JOIN LATERAL (
  SELECT * FROM ingestion_layer.fct_transactions AS facts WHERE facts.transaction_id = judged.transaction_id OFFSET 0
) AS facts
WHERE judged.outcome = ANY (:outcomes::text[]);
