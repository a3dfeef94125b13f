-- Grain: one pair of typology and country with an accepted sale. The average is over sales, not over stores.
CREATE VIEW aggregation_layer.average_amount_by_typology_and_country AS
WITH
  transactions AS (SELECT * FROM ingestion_layer.fct_transactions),
  stores AS (SELECT * FROM ingestion_layer.dim_stores),

  amounts AS (
    SELECT store_key, sum(amount) AS transacted_amount, count(*) AS transactions
    FROM transactions
    WHERE status = 'accepted'
    GROUP BY store_key
  )

SELECT
  stores.typology,
  stores.country,
  round(sum(amounts.transacted_amount) / sum(amounts.transactions), 2)::numeric(18, 2) AS average_amount,
  sum(amounts.transactions)::bigint AS transactions,
  sum(amounts.transacted_amount)::numeric(18, 2) AS transacted_amount
FROM amounts
JOIN stores USING (store_key)
GROUP BY stores.typology, stores.country
ORDER BY stores.typology COLLATE "C", stores.country COLLATE "C";
