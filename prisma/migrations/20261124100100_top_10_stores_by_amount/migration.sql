-- Grain: one of the ten stores with the highest amount of accepted sales. Ties go to the lower store id.
CREATE OR REPLACE VIEW aggregation_layer.top_10_stores_by_amount AS
WITH
  sales AS (SELECT * FROM aggregation_layer.rollup_stores WHERE accepted_transactions > 0),
  stores AS (SELECT * FROM ingestion_layer.dim_stores),

  -- Before the join, with all that share the tenth amount: which of them counts, the store id says.
  highest AS (
    SELECT store_key, accepted_transacted_amount, accepted_transactions
    FROM sales
    ORDER BY accepted_transacted_amount DESC
    FETCH FIRST 10 ROWS WITH TIES
  ),

  ranked AS (
    SELECT
      row_number() OVER (ORDER BY highest.accepted_transacted_amount DESC, stores.store_id) AS rank,
      stores.store_id,
      stores.store_name,
      stores.country,
      stores.typology,
      highest.accepted_transacted_amount::numeric(18, 2) AS transacted_amount,
      highest.accepted_transactions AS transactions
    FROM highest
    JOIN stores USING (store_key)
  )

SELECT rank, store_id, store_name, country, typology, transacted_amount, transactions
FROM ranked
WHERE rank <= 10
ORDER BY rank;
