-- Grain: one row. The rollup of stores, under natural keys.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        store_id,
        accepted_transactions,
        accepted_transacted_amount,
        refused_transactions,
        refused_transacted_amount,
        cancelled_transactions,
        cancelled_transacted_amount
      ),
      E'\n'
      ORDER BY store_id
    )
  ) AS hash
FROM aggregation_layer.rollup_stores
JOIN ingestion_layer.dim_stores USING (store_key)
