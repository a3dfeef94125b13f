-- Grain: one pair of typology and country with an accepted sale, as the store of the sale was when it happened. The average is
-- over sales, not over stores.
CREATE OR REPLACE VIEW aggregation_layer.average_amount_by_typology_and_country_as_was AS
SELECT
  typology,
  country,
  round(sum(amount) / count(*), 2)::numeric(18, 2) AS average_amount,
  count(*) AS transactions,
  sum(amount)::numeric(18, 2) AS transacted_amount
FROM aggregation_layer.transactions_as_was
WHERE status = 'accepted'
GROUP BY typology, country
ORDER BY typology COLLATE "C", country COLLATE "C";
