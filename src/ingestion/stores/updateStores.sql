-- Grain: one known store with other values. Its key stays, so the facts stay with it.
UPDATE ingestion_layer.dim_stores AS stores
SET
  store_name = judged.store_name,
  address = judged.address,
  city = judged.city,
  country = judged.country,
  typology = judged.typology,
  created_at = judged.created_at,
  created_date_key = judged.created_date_key,
  customer_key = customers.customer_key,
  digest = judged.digest,
  run_id = :run_id::integer,
  file_id = :file_id::integer,
  source_line = judged.source_line
FROM judged_stores AS judged
JOIN ingestion_layer.dim_customers AS customers USING (customer_id)
WHERE judged.outcome = 'corrected' AND stores.store_id = judged.store_id;
