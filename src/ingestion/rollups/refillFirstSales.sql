-- Grain: one store of :store_keys, with its first :read accepted sales read from the fact. Reads the whole fact.
WITH
  numbered AS (
    SELECT
      store_key,
      transaction_id,
      happened_at,
      row_number() OVER (PARTITION BY store_key ORDER BY happened_at, transaction_id) AS sale_number
    FROM ingestion_layer.fct_transactions
    WHERE status = 'accepted' AND store_key = ANY (:store_keys::integer[])
  )

INSERT INTO aggregation_layer.rollup_store_first_sales (store_key, transaction_ids, happened_at)
SELECT
  store_key,
  array_agg(transaction_id ORDER BY sale_number),
  array_agg(happened_at ORDER BY sale_number)
FROM numbered
WHERE sale_number <= :read::integer
GROUP BY store_key
ORDER BY store_key
ON CONFLICT (store_key) DO UPDATE SET
  transaction_ids = excluded.transaction_ids,
  happened_at = excluded.happened_at;
