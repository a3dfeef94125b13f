-- Grain: one day (UTC) on which a payment was attempted, whatever became of it.
CREATE VIEW aggregation_layer.daily_sales AS
WITH
  transactions AS (SELECT * FROM ingestion_layer.fct_transactions),
  days AS (SELECT * FROM ingestion_layer.dim_time)

SELECT
  days.calendar_date,
  count(*) AS transactions,
  coalesce(sum(transactions.amount), 0)::numeric(18, 2) AS transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'accepted') AS accepted_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'accepted'), 0)::numeric(18, 2) AS accepted_transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'refused') AS refused_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'refused'), 0)::numeric(18, 2) AS refused_transacted_amount,
  count(*) FILTER (WHERE transactions.status = 'cancelled') AS cancelled_transactions,
  coalesce(sum(transactions.amount) FILTER (WHERE transactions.status = 'cancelled'), 0)::numeric(18, 2) AS cancelled_transacted_amount
FROM transactions
JOIN days ON days.date_key = transactions.happened_date_key
GROUP BY days.calendar_date
ORDER BY days.calendar_date;
