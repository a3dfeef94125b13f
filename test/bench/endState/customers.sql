-- Grain: one row. All merchants.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        customer_id
      ),
      E'\n'
      ORDER BY customer_id
    )
  ) AS hash
FROM ingestion_layer.dim_customers
