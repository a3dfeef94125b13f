-- Grain: one of the ten products sold most often. Ties go to the higher amount, then to the lower SKU.
CREATE OR REPLACE VIEW aggregation_layer.top_10_products_sold AS
WITH
  sales AS (SELECT * FROM aggregation_layer.rollup_products WHERE accepted_transactions > 0),
  products AS (SELECT * FROM ingestion_layer.dim_products),

  -- Before the join, with all that tie with the tenth: which of them counts, the SKU says.
  highest AS (
    SELECT product_key, accepted_transactions, accepted_transacted_amount
    FROM sales
    ORDER BY accepted_transactions DESC, accepted_transacted_amount DESC
    FETCH FIRST 10 ROWS WITH TIES
  ),

  ranked AS (
    SELECT
      row_number() OVER (
        ORDER BY
          highest.accepted_transactions DESC,
          highest.accepted_transacted_amount DESC,
          products.product_sku COLLATE "C"
      ) AS rank,
      products.product_sku,
      products.product_name,
      highest.accepted_transactions AS units_sold,
      highest.accepted_transacted_amount::numeric(18, 2) AS transacted_amount
    FROM highest
    JOIN products USING (product_key)
  )

SELECT rank, product_sku, product_name, units_sold, transacted_amount
FROM ranked
WHERE rank <= 10
ORDER BY rank;
