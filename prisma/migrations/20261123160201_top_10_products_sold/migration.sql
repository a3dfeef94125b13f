-- Grain: one of the ten products sold most often. Ties go to the higher amount, then to the lower SKU.
CREATE VIEW aggregation_layer.top_10_products_sold AS
WITH
  transactions AS (SELECT * FROM ingestion_layer.fct_transactions),
  products AS (SELECT * FROM ingestion_layer.dim_products),

  sales AS (
    SELECT product_key, count(*) AS units_sold, sum(amount) AS transacted_amount
    FROM transactions
    WHERE status = 'accepted'
    GROUP BY product_key
  ),

  ranked AS (
    SELECT
      row_number() OVER (
        ORDER BY sales.units_sold DESC, sales.transacted_amount DESC, products.product_sku COLLATE "C"
      ) AS rank,
      products.product_sku,
      products.product_name,
      sales.units_sold,
      sales.transacted_amount::numeric(18, 2) AS transacted_amount
    FROM sales
    JOIN products USING (product_key)
  )

SELECT rank, product_sku, product_name, units_sold, transacted_amount
FROM ranked
WHERE rank <= 10
ORDER BY rank;
