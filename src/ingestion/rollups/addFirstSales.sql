-- Grain: one store with candidates for its list of first sales: they join what it lists, and the first :listed stay.
-- Candidates later than all that is listed are the caller's to leave out (lastListedSales).
WITH
  candidates AS (
    SELECT store_key, array_agg(transaction_id) AS transaction_ids, array_agg(happened_at) AS happened_at
    FROM unnest(:store_keys::integer[], :transaction_ids::bigint[], :happened_at::timestamptz[])
      AS candidates (store_key, transaction_id, happened_at)
    GROUP BY store_key
  ),

  merged AS (
    SELECT candidates.store_key, first_sales.transaction_ids, first_sales.happened_at
    FROM candidates
    LEFT JOIN aggregation_layer.rollup_store_first_sales AS lists USING (store_key)
    CROSS JOIN LATERAL (
      SELECT array_agg(transaction_id) AS transaction_ids, array_agg(happened_at) AS happened_at
      FROM (
        SELECT transaction_id, happened_at
        FROM unnest(
          lists.transaction_ids || candidates.transaction_ids,
          lists.happened_at || candidates.happened_at
        ) AS sales (transaction_id, happened_at)
        ORDER BY happened_at, transaction_id
        LIMIT :listed::integer
      ) AS in_order
    ) AS first_sales
  )

INSERT INTO aggregation_layer.rollup_store_first_sales (store_key, transaction_ids, happened_at)
SELECT store_key, transaction_ids, happened_at
FROM merged
ORDER BY store_key
ON CONFLICT (store_key) DO UPDATE SET
  transaction_ids = excluded.transaction_ids,
  happened_at = excluded.happened_at;
