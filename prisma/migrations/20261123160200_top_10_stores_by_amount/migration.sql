-- Grain: one of the ten stores with the highest amount of accepted sales. Ties go to the lower store id.
CREATE SCHEMA IF NOT EXISTS aggregation_layer;

CREATE VIEW aggregation_layer.top_10_stores_by_amount AS
WITH
  transactions AS (SELECT * FROM ingestion_layer.fct_transactions),
  stores AS (SELECT * FROM ingestion_layer.dim_stores),

  amounts AS (
    SELECT store_key, sum(amount) AS transacted_amount, count(*) AS transactions
    FROM transactions
    WHERE status = 'accepted'
    GROUP BY store_key
  ),

  ranked AS (
    SELECT
      row_number() OVER (ORDER BY amounts.transacted_amount DESC, stores.store_id) AS rank,
      stores.store_id,
      stores.store_name,
      stores.country,
      stores.typology,
      amounts.transacted_amount::numeric(18, 2) AS transacted_amount,
      amounts.transactions
    FROM amounts
    JOIN stores USING (store_key)
  )

SELECT rank, store_id, store_name, country, typology, transacted_amount, transactions
FROM ranked
WHERE rank <= 10
ORDER BY rank;
