-- Grain: one type of device with an accepted sale.
CREATE VIEW aggregation_layer.transaction_share_by_device_type AS
WITH
  transactions AS (SELECT * FROM ingestion_layer.fct_transactions),
  devices AS (SELECT * FROM ingestion_layer.dim_devices),

  sales AS (
    SELECT device_key, count(*) AS transactions
    FROM transactions
    WHERE status = 'accepted'
    GROUP BY device_key
  ),

  by_type AS (
    SELECT devices.device_type, sum(sales.transactions)::bigint AS transactions
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
