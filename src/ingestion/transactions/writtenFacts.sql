-- Grain: one row: the facts that the chunk has written as they were judged; a column each, as the text of an array.
SELECT
  array_agg(judged.store_key)::text AS store_keys,
  array_agg(judged.device_key)::text AS device_keys,
  array_agg(labels.product_key)::text AS product_keys,
  array_agg(judged.happened_date_key)::text AS happened_date_keys,
  array_agg(judged.status)::text AS statuses,
  array_agg(judged.amount)::text AS amounts,
  array_agg(judged.transaction_id)::text AS transaction_ids,
  array_agg(
    CASE WHEN judged.status = 'accepted' THEN (extract(epoch FROM judged.happened_at) * 1000000)::bigint END
  )::text AS happened_at_micros
FROM judged_transactions AS judged
JOIN ingestion_layer.dim_product_labels AS labels USING (label_digest)
WHERE judged.outcome IN ('loaded', 'corrected');
