-- Grain: one store that lists sales that were taken away: they leave its list. A store that lists no other loses its row,
-- until sales that came, or the fact, give it one again.
WITH
  removed AS MATERIALIZED (
    SELECT *
    FROM unnest(:store_keys::integer[], :transaction_ids::bigint[]) AS removed (store_key, transaction_id)
  ),

  shortened AS MATERIALIZED (
    SELECT
      lists.store_key,
      array_agg(sales.transaction_id ORDER BY sales.place) FILTER (WHERE removed.transaction_id IS NULL) AS transaction_ids,
      array_agg(sales.happened_at ORDER BY sales.place) FILTER (WHERE removed.transaction_id IS NULL) AS happened_at
    FROM aggregation_layer.rollup_store_first_sales AS lists
    CROSS JOIN LATERAL unnest(lists.transaction_ids, lists.happened_at) WITH ORDINALITY
      AS sales (transaction_id, happened_at, place)
    LEFT JOIN removed ON removed.store_key = lists.store_key AND removed.transaction_id = sales.transaction_id
    WHERE lists.store_key IN (SELECT store_key FROM removed)
    GROUP BY lists.store_key
    HAVING count(removed.transaction_id) > 0
  ),

  emptied AS (
    DELETE FROM aggregation_layer.rollup_store_first_sales AS lists
    USING shortened
    WHERE lists.store_key = shortened.store_key AND shortened.transaction_ids IS NULL
  )

UPDATE aggregation_layer.rollup_store_first_sales AS lists
SET transaction_ids = shortened.transaction_ids, happened_at = shortened.happened_at
FROM shortened
WHERE lists.store_key = shortened.store_key AND shortened.transaction_ids IS NOT NULL;
