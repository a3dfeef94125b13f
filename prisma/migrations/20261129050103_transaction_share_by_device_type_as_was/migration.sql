-- Grain: one type of device with an accepted sale, as the device was when the sale happened.
CREATE OR REPLACE VIEW aggregation_layer.transaction_share_by_device_type_as_was AS
WITH
  by_type AS (
    SELECT device_type, count(*) AS transactions
    FROM aggregation_layer.transactions_as_was
    WHERE status = 'accepted'
    GROUP BY device_type
  )

SELECT
  device_type,
  transactions,
  round(100.0 * transactions / sum(transactions) OVER (), 4)::numeric(7, 4) AS percentage
FROM by_type
ORDER BY device_type;
