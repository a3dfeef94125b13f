-- Grain: one row: the facts that the chunk corrects, as they were; a column each, as the text of an array.
SELECT
  array_agg((left_fact).store_key)::text AS store_keys,
  array_agg((left_fact).device_key)::text AS device_keys,
  array_agg((left_fact).product_key)::text AS product_keys,
  array_agg((left_fact).happened_date_key)::text AS happened_date_keys,
  array_agg((left_fact).status)::text AS statuses,
  array_agg((left_fact).amount)::text AS amounts,
  array_agg(transaction_id)::text AS transaction_ids
FROM judged_transactions
WHERE outcome = 'corrected';
