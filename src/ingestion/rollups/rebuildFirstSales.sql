-- Grain: one store whose list of first sales is not the beginning of its accepted sales, or is too short to answer from:
-- written anew, with the first :read, or removed. Lists that are right, of whatever length, are not touched. The caller
-- holds `holdRollups`. Gives how many were not right.
WITH
  numbered AS (
    SELECT
      store_key,
      transaction_id,
      happened_at,
      row_number() OVER (PARTITION BY store_key ORDER BY happened_at, transaction_id) AS sale_number
    FROM ingestion_layer.fct_transactions
    WHERE status = 'accepted'
  ),

  facts AS MATERIALIZED (
    SELECT
      store_key,
      array_agg(transaction_id ORDER BY sale_number) AS transaction_ids,
      array_agg(happened_at ORDER BY sale_number) AS happened_at
    FROM numbered
    WHERE sale_number <= :read::integer
    GROUP BY store_key
  ),

  right_lists AS (
    SELECT store_key
    FROM aggregation_layer.rollup_store_first_sales AS lists
    JOIN facts USING (store_key)
    WHERE cardinality(lists.transaction_ids) >= least(:needed::integer, cardinality(facts.transaction_ids))
      AND lists.transaction_ids = facts.transaction_ids[1 : cardinality(lists.transaction_ids)]
      AND lists.happened_at = facts.happened_at[1 : cardinality(lists.transaction_ids)]
  ),

  removed AS (
    DELETE FROM aggregation_layer.rollup_store_first_sales AS lists
    WHERE NOT EXISTS (SELECT FROM facts WHERE facts.store_key = lists.store_key)
    RETURNING store_key
  ),

  written AS (
    INSERT INTO aggregation_layer.rollup_store_first_sales (store_key, transaction_ids, happened_at)
    SELECT store_key, transaction_ids, happened_at
    FROM facts
    WHERE NOT EXISTS (SELECT FROM right_lists WHERE right_lists.store_key = facts.store_key)
    ORDER BY store_key
    ON CONFLICT (store_key) DO UPDATE SET
      transaction_ids = excluded.transaction_ids,
      happened_at = excluded.happened_at
    RETURNING store_key
  )

SELECT ((SELECT count(*) FROM removed) + (SELECT count(*) FROM written))::integer AS mended;
