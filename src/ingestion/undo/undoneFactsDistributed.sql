-- Grain: as in undoneFacts.sql, for facts that are distributed: what is asked for is sent to all nodes at once.
WITH
  asked AS MATERIALIZED (
    SELECT place, transaction_id
    FROM undone_facts
    WHERE place > :after_place::integer
    ORDER BY place
    LIMIT :limit::integer
  ),

  found AS MATERIALIZED (
    SELECT facts.*
    FROM ingestion_layer.fct_transactions AS facts
    JOIN asked USING (transaction_id)
  )

SELECT
  (SELECT max(place) FROM asked) AS last_place,
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
FROM found;
