-- Grain: one key whose rollup is not what its facts add up to: mended, added or removed. Rows that agree are not touched.
-- The caller holds `holdRollups`. Gives how many did not agree.
WITH
  facts AS MATERIALIZED (
    SELECT
      :"fact_key" AS :"key",
      count(*) FILTER (WHERE status = 'accepted') AS accepted_transactions,
      coalesce(sum(amount) FILTER (WHERE status = 'accepted'), 0) AS accepted_transacted_amount,
      count(*) FILTER (WHERE status = 'refused') AS refused_transactions,
      coalesce(sum(amount) FILTER (WHERE status = 'refused'), 0) AS refused_transacted_amount,
      count(*) FILTER (WHERE status = 'cancelled') AS cancelled_transactions,
      coalesce(sum(amount) FILTER (WHERE status = 'cancelled'), 0) AS cancelled_transacted_amount
    FROM ingestion_layer.fct_transactions
    GROUP BY :"fact_key"
  ),

  removed AS (
    DELETE FROM :"table" AS kept
    WHERE NOT EXISTS (SELECT FROM facts WHERE facts.:"key" = kept.:"key")
    RETURNING :"key"
  ),

  written AS (
    INSERT INTO :"table" (
      :"key", accepted_transactions, accepted_transacted_amount, refused_transactions,
      refused_transacted_amount, cancelled_transactions, cancelled_transacted_amount
    )
    SELECT *
    FROM (SELECT * FROM facts EXCEPT SELECT * FROM :"table") AS different
    ORDER BY :"key"
    ON CONFLICT (:"key") DO UPDATE SET
      accepted_transactions = excluded.accepted_transactions,
      accepted_transacted_amount = excluded.accepted_transacted_amount,
      refused_transactions = excluded.refused_transactions,
      refused_transacted_amount = excluded.refused_transacted_amount,
      cancelled_transactions = excluded.cancelled_transactions,
      cancelled_transacted_amount = excluded.cancelled_transacted_amount
    RETURNING :"key"
  )

SELECT ((SELECT count(*) FROM removed) + (SELECT count(*) FROM written))::integer AS mended;
