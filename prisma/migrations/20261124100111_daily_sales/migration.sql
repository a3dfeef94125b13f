-- Grain: one day (UTC) on which a payment was attempted, whatever became of it.
CREATE OR REPLACE VIEW aggregation_layer.daily_sales AS
WITH
  attempts AS (SELECT * FROM aggregation_layer.rollup_days),
  days AS (SELECT * FROM ingestion_layer.dim_time)

SELECT
  days.calendar_date,
  attempts.accepted_transactions + attempts.refused_transactions + attempts.cancelled_transactions AS transactions,
  (attempts.accepted_transacted_amount + attempts.refused_transacted_amount + attempts.cancelled_transacted_amount)::numeric(18, 2) AS transacted_amount,
  attempts.accepted_transactions,
  attempts.accepted_transacted_amount::numeric(18, 2) AS accepted_transacted_amount,
  attempts.refused_transactions,
  attempts.refused_transacted_amount::numeric(18, 2) AS refused_transacted_amount,
  attempts.cancelled_transactions,
  attempts.cancelled_transacted_amount::numeric(18, 2) AS cancelled_transacted_amount
FROM attempts
JOIN days USING (date_key)
ORDER BY days.calendar_date;
