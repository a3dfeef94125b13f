-- Grain: one store whose list of first sales is too short to answer from, though it has more.
SELECT stores.store_key
FROM aggregation_layer.rollup_stores AS stores
LEFT JOIN aggregation_layer.rollup_store_first_sales AS lists USING (store_key)
WHERE stores.store_key = ANY (:store_keys::integer[])
  AND coalesce(cardinality(lists.transaction_ids), 0) < least(:needed::integer, stores.accepted_transactions);
