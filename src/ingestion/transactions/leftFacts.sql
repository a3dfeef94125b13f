-- Grain: one fact that the chunk corrects, as it was.
SELECT
  (left_fact).store_key,
  (left_fact).device_key,
  (left_fact).product_key,
  (left_fact).happened_date_key,
  (left_fact).status,
  ((left_fact).amount * 100)::bigint AS cents,
  transaction_id,
  (extract(epoch FROM (left_fact).happened_at) * 1000000)::bigint AS happened_at_micros
FROM judged_transactions
WHERE outcome = 'corrected';
