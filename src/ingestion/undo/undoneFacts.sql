-- Grain: one row: facts that are taken back, as they stand: before the writes as they were, after them as they are, if they still
-- are; so many from a place on. A column each, as the text of an array.
SELECT
  max(place) AS last_place,
  array_agg(store_key)::text AS store_keys,
  array_agg(device_key)::text AS device_keys,
  array_agg(product_key)::text AS product_keys,
  array_agg(happened_date_key)::text AS happened_date_keys,
  array_agg(status)::text AS statuses,
  array_agg(amount)::text AS amounts,
  array_agg(transaction_id)::text AS transaction_ids,
  array_agg(
    CASE WHEN status = 'accepted' THEN (extract(epoch FROM happened_at) * 1000000)::bigint END
  )::text AS happened_at_micros
FROM (
  SELECT undone.place, facts.*
  FROM undone_facts AS undone
  CROSS JOIN LATERAL (
    SELECT * FROM ingestion_layer.fct_transactions AS facts WHERE facts.transaction_id = undone.transaction_id OFFSET 0
  ) AS facts
  WHERE undone.place > :after_place::integer
  ORDER BY undone.place
  LIMIT :limit::integer
) AS read_at_once;
