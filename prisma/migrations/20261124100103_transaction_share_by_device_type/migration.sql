-- Grain: one type of device with an accepted sale.
CREATE OR REPLACE VIEW aggregation_layer.transaction_share_by_device_type AS
WITH
  sales AS (SELECT * FROM aggregation_layer.rollup_devices WHERE accepted_transactions > 0),
  devices AS (SELECT * FROM ingestion_layer.dim_devices),

  by_type AS (
    SELECT devices.device_type, sum(sales.accepted_transactions)::bigint AS transactions
    FROM sales
    JOIN devices USING (device_key)
    GROUP BY devices.device_type
  )

SELECT
  device_type,
  transactions,
  round(100.0 * transactions / sum(transactions) OVER (), 4)::numeric(7, 4) AS percentage
FROM by_type
ORDER BY device_type;
