-- Grain: one day with a payment attempt.
CREATE TABLE aggregation_layer.rollup_days WITH (fillfactor = 50) AS
SELECT
  date_key,
  coalesce(sum(transactions) FILTER (WHERE status = 'accepted'), 0)::bigint AS accepted_transactions,
  coalesce(sum(transacted_amount) FILTER (WHERE status = 'accepted'), 0)::numeric(24, 2) AS accepted_transacted_amount,
  coalesce(sum(transactions) FILTER (WHERE status = 'refused'), 0)::bigint AS refused_transactions,
  coalesce(sum(transacted_amount) FILTER (WHERE status = 'refused'), 0)::numeric(24, 2) AS refused_transacted_amount,
  coalesce(sum(transactions) FILTER (WHERE status = 'cancelled'), 0)::bigint AS cancelled_transactions,
  coalesce(sum(transacted_amount) FILTER (WHERE status = 'cancelled'), 0)::numeric(24, 2) AS cancelled_transacted_amount
FROM raw.sales_by_day
GROUP BY date_key
