-- Grain: one fact that is taken back, as it stands: before the writes as it was, after them as it is, if it still is. So many
-- from a place on.
SELECT
  undone.place,
  facts.store_key,
  facts.device_key,
  facts.product_key,
  facts.happened_date_key,
  facts.status,
  (facts.amount * 100)::bigint AS cents,
  facts.transaction_id,
  (extract(epoch FROM facts.happened_at) * 1000000)::bigint AS happened_at_micros
FROM undone_facts AS undone
CROSS JOIN LATERAL (
  SELECT * FROM ingestion_layer.fct_transactions AS facts WHERE facts.transaction_id = undone.transaction_id OFFSET 0
) AS facts
WHERE undone.place > :after_place::integer
ORDER BY undone.place
LIMIT :limit::integer;
