-- Grain: one store that lists :listed first sales or more, or fewer than it has: with the last that it lists, since a later
-- one can not be told from those that it does not list. Any sale may join a list that is left out here.
SELECT
  stores.store_key,
  (extract(epoch FROM lists.happened_at[cardinality(lists.happened_at)]) * 1000000)::bigint AS happened_at_micros,
  lists.transaction_ids[cardinality(lists.transaction_ids)] AS transaction_id
FROM aggregation_layer.rollup_stores AS stores
JOIN aggregation_layer.rollup_store_first_sales AS lists USING (store_key)
WHERE stores.store_key = ANY (:store_keys::integer[])
  AND (
    cardinality(lists.transaction_ids) >= :listed::integer
    OR cardinality(lists.transaction_ids) < stores.accepted_transactions
  );
