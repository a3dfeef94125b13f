-- Grain: one key whose rollup is missing, is there without a payment attempt, or holds other sums than its facts.
WITH
  facts AS (
    SELECT
      :"fact_key" AS :"key",
      count(*) FILTER (WHERE status = 'accepted') AS accepted_transactions,
      coalesce(sum(amount) FILTER (WHERE status = 'accepted'), 0.00) AS accepted_transacted_amount,
      count(*) FILTER (WHERE status = 'refused') AS refused_transactions,
      coalesce(sum(amount) FILTER (WHERE status = 'refused'), 0.00) AS refused_transacted_amount,
      count(*) FILTER (WHERE status = 'cancelled') AS cancelled_transactions,
      coalesce(sum(amount) FILTER (WHERE status = 'cancelled'), 0.00) AS cancelled_transacted_amount
    FROM ingestion_layer.fct_transactions
    GROUP BY :"fact_key"
  ),

  rollup AS (SELECT * FROM :"table")

SELECT
  coalesce(:noun::text || dimension.:"natural_key"::text, :key_name::text || ' ' || :"key"::text) AS subject,
  CASE
    WHEN facts.:"key" IS NULL THEN 'no row'
    ELSE concat_ws(
      ' ',
      facts.accepted_transactions, facts.accepted_transacted_amount,
      facts.refused_transactions, facts.refused_transacted_amount,
      facts.cancelled_transactions, facts.cancelled_transacted_amount
    )
  END AS expected,
  CASE
    WHEN rollup.:"key" IS NULL THEN 'no row'
    ELSE concat_ws(
      ' ',
      rollup.accepted_transactions, rollup.accepted_transacted_amount,
      rollup.refused_transactions, rollup.refused_transacted_amount,
      rollup.cancelled_transactions, rollup.cancelled_transacted_amount
    )
  END AS actual
FROM facts
FULL JOIN rollup USING (:"key")
LEFT JOIN :"dimension" AS dimension USING (:"key")
WHERE facts IS DISTINCT FROM rollup
ORDER BY :"key"
LIMIT :limit::integer;
