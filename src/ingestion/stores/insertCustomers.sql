-- Grain: one merchant that the chunk is the first to name.
INSERT INTO ingestion_layer.dim_customers (customer_id, run_id)
SELECT DISTINCT customer_id, :run_id::integer
FROM judged_stores AS judged
WHERE outcome IN ('loaded', 'corrected')
  AND NOT EXISTS (SELECT FROM ingestion_layer.dim_customers AS known WHERE known.customer_id = judged.customer_id)
ORDER BY customer_id
ON CONFLICT (customer_id) DO NOTHING;
