-- Grain: one store whose list of first sales is not the beginning of its accepted sales by time and id: with the first
-- place where the two differ. A list may end after the fifth.
WITH
  facts AS (
    SELECT
      store_key,
      transaction_id,
      happened_at,
      row_number() OVER (PARTITION BY store_key ORDER BY happened_at, transaction_id) AS place
    FROM ingestion_layer.fct_transactions
    WHERE status = 'accepted'
  ),

  first_facts AS (SELECT * FROM facts WHERE place <= :read::integer),

  listed AS (
    SELECT lists.store_key, sales.transaction_id, sales.happened_at, sales.place
    FROM aggregation_layer.rollup_store_first_sales AS lists
    CROSS JOIN LATERAL unnest(lists.transaction_ids, lists.happened_at) WITH ORDINALITY
      AS sales (transaction_id, happened_at, place)
  ),

  differences AS (
    SELECT DISTINCT ON (store_key)
      store_key,
      place,
      coalesce(first_facts.transaction_id || ' at ' || first_facts.happened_at, 'none') AS expected,
      coalesce(listed.transaction_id || ' at ' || listed.happened_at, 'none') AS actual
    FROM first_facts
    FULL JOIN listed USING (store_key, place)
    WHERE (first_facts.transaction_id, first_facts.happened_at) IS DISTINCT FROM (listed.transaction_id, listed.happened_at)
      AND (place <= :needed::integer OR listed.store_key IS NOT NULL)
    ORDER BY store_key, place
  )

SELECT
  concat_ws(' ', coalesce('store ' || store_id, 'store_key ' || store_key), 'sale', place) AS subject,
  expected,
  actual
FROM differences
LEFT JOIN ingestion_layer.dim_stores USING (store_key)
ORDER BY store_key
LIMIT :limit::integer;
