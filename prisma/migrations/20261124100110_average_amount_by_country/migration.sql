-- Grain: one country with a payment attempt. The average is over accepted sales.
CREATE OR REPLACE VIEW aggregation_layer.average_amount_by_country AS
WITH
  attempts AS (SELECT * FROM aggregation_layer.rollup_stores),
  stores AS (SELECT * FROM ingestion_layer.dim_stores)

SELECT
  stores.country,
  round(
    sum(attempts.accepted_transacted_amount) / nullif(sum(attempts.accepted_transactions), 0),
    2
  )::numeric(18, 2) AS average_amount,
  sum(attempts.accepted_transactions + attempts.refused_transactions + attempts.cancelled_transactions)::bigint AS transactions,
  sum(attempts.accepted_transacted_amount + attempts.refused_transacted_amount + attempts.cancelled_transacted_amount)::numeric(18, 2) AS transacted_amount,
  sum(attempts.accepted_transactions)::bigint AS accepted_transactions,
  sum(attempts.accepted_transacted_amount)::numeric(18, 2) AS accepted_transacted_amount,
  sum(attempts.refused_transactions)::bigint AS refused_transactions,
  sum(attempts.refused_transacted_amount)::numeric(18, 2) AS refused_transacted_amount,
  sum(attempts.cancelled_transactions)::bigint AS cancelled_transactions,
  sum(attempts.cancelled_transacted_amount)::numeric(18, 2) AS cancelled_transacted_amount
FROM attempts
JOIN stores USING (store_key)
GROUP BY stores.country
ORDER BY stores.country COLLATE "C";
