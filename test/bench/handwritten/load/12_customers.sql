-- Grain: one merchant.
INSERT INTO ingestion_layer.dim_customers (customer_key, customer_id, run_id)
SELECT row_number() OVER (ORDER BY customer_id), customer_id, 1
FROM raw.checked_stores
WHERE store_id IS NOT NULL AND customer_id IS NOT NULL AND created_at IS NOT NULL AND longest_text <= 1000
GROUP BY customer_id
