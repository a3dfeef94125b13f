-- Grain: one row. The rollup of days, under natural keys.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        calendar_date,
        accepted_transactions,
        accepted_transacted_amount,
        refused_transactions,
        refused_transacted_amount,
        cancelled_transactions,
        cancelled_transacted_amount
      ),
      E'\n'
      ORDER BY calendar_date
    )
  ) AS hash
FROM aggregation_layer.rollup_days
JOIN ingestion_layer.dim_time USING (date_key)
