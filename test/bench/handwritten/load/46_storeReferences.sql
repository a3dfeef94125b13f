-- A store's merchant and day of creation.
ALTER TABLE ingestion_layer.dim_stores
  ADD FOREIGN KEY (customer_key) REFERENCES ingestion_layer.dim_customers,
  ADD FOREIGN KEY (created_date_key) REFERENCES ingestion_layer.dim_time
