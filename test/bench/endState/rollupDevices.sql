-- Grain: one row. The rollup of devices, under natural keys.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        device_id,
        accepted_transactions,
        accepted_transacted_amount,
        refused_transactions,
        refused_transacted_amount,
        cancelled_transactions,
        cancelled_transacted_amount
      ),
      E'\n'
      ORDER BY device_id
    )
  ) AS hash
FROM aggregation_layer.rollup_devices
JOIN ingestion_layer.dim_devices USING (device_key)
