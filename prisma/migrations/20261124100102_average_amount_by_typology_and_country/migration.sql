-- Grain: one pair of typology and country with an accepted sale. The average is over sales, not over stores.
CREATE OR REPLACE VIEW aggregation_layer.average_amount_by_typology_and_country AS
WITH
  sales AS (SELECT * FROM aggregation_layer.rollup_stores WHERE accepted_transactions > 0),
  stores AS (SELECT * FROM ingestion_layer.dim_stores)

SELECT
  stores.typology,
  stores.country,
  round(sum(sales.accepted_transacted_amount) / sum(sales.accepted_transactions), 2)::numeric(18, 2) AS average_amount,
  sum(sales.accepted_transactions)::bigint AS transactions,
  sum(sales.accepted_transacted_amount)::numeric(18, 2) AS transacted_amount
FROM sales
JOIN stores USING (store_key)
GROUP BY stores.typology, stores.country
ORDER BY stores.typology COLLATE "C", stores.country COLLATE "C";
