-- Grain: one new store.
INSERT INTO ingestion_layer.dim_stores (
  store_id, store_name, address, city, country, typology, created_at, created_date_key, customer_key, digest, run_id,
  file_id, source_line
)
SELECT
  judged.store_id,
  judged.store_name,
  judged.address,
  judged.city,
  judged.country,
  judged.typology,
  judged.created_at,
  judged.created_date_key,
  customers.customer_key,
  judged.digest,
  :run_id::integer,
  :file_id::integer,
  judged.source_line
FROM judged_stores AS judged
JOIN ingestion_layer.dim_customers AS customers USING (customer_id)
WHERE judged.outcome = 'loaded'
ORDER BY judged.store_id;
