-- Grain: one type of device with a payment attempt, whatever became of it.
CREATE OR REPLACE VIEW aggregation_layer.device_type_performance AS
WITH
  attempts AS (SELECT * FROM aggregation_layer.rollup_devices),
  devices AS (SELECT * FROM ingestion_layer.dim_devices)

SELECT
  devices.device_type,
  sum(attempts.accepted_transactions + attempts.refused_transactions + attempts.cancelled_transactions)::bigint AS transactions,
  sum(attempts.accepted_transacted_amount + attempts.refused_transacted_amount + attempts.cancelled_transacted_amount)::numeric(18, 2) AS transacted_amount,
  sum(attempts.accepted_transactions)::bigint AS accepted_transactions,
  sum(attempts.accepted_transacted_amount)::numeric(18, 2) AS accepted_transacted_amount,
  sum(attempts.refused_transactions)::bigint AS refused_transactions,
  sum(attempts.refused_transacted_amount)::numeric(18, 2) AS refused_transacted_amount,
  sum(attempts.cancelled_transactions)::bigint AS cancelled_transactions,
  sum(attempts.cancelled_transacted_amount)::numeric(18, 2) AS cancelled_transacted_amount
FROM attempts
JOIN devices USING (device_key)
GROUP BY devices.device_type
ORDER BY devices.device_type;
