-- Grain: one type of device with a payment attempt, whatever became of it.
CREATE VIEW aggregation_layer.device_type_performance AS
WITH
  transactions AS (SELECT * FROM ingestion_layer.fct_transactions),
  devices AS (SELECT * FROM ingestion_layer.dim_devices)

SELECT
  devices.device_type,
  count(*) AS transactions,
  coalesce(sum(transactions.amount), 0)::numeric(18, 2) AS transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'accepted') AS accepted_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'accepted'), 0)::numeric(18, 2) AS accepted_transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'refused') AS refused_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'refused'), 0)::numeric(18, 2) AS refused_transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'cancelled') AS cancelled_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'cancelled'), 0)::numeric(18, 2) AS cancelled_transacted_amount
FROM transactions
JOIN devices USING (device_key)
GROUP BY devices.device_type
ORDER BY devices.device_type;
