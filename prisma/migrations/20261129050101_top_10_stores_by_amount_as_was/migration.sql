-- Grain: one store of the ten with the highest sum of accepted amounts, counted for the store that each device stood in when
-- the sale happened. Name and attributes are those of now: over time a store may have had several.
CREATE OR REPLACE VIEW aggregation_layer.top_10_stores_by_amount_as_was AS
WITH
  sales AS (
    SELECT store_id, sum(amount) AS transacted_amount, count(*) AS transactions
    FROM aggregation_layer.transactions_as_was
    WHERE status = 'accepted'
    GROUP BY store_id
  ),

  ranked AS (
    SELECT row_number() OVER (ORDER BY transacted_amount DESC, store_id) AS rank, *
    FROM sales
  )

SELECT
  ranked.rank,
  ranked.store_id,
  stores.store_name,
  stores.country,
  stores.typology,
  ranked.transacted_amount::numeric(18, 2) AS transacted_amount,
  ranked.transactions
FROM ranked
JOIN ingestion_layer.dim_stores AS stores USING (store_id)
WHERE ranked.rank <= 10
ORDER BY ranked.rank;
