-- Nothing is missing, and every row is of a store that is there.
ALTER TABLE aggregation_layer.rollup_store_first_sales
  ALTER COLUMN store_key SET NOT NULL,
  ALTER COLUMN transaction_ids SET NOT NULL,
  ALTER COLUMN happened_at SET NOT NULL,
  ADD CONSTRAINT rollup_store_first_sales_pkey PRIMARY KEY (store_key),
  ADD CONSTRAINT rollup_store_first_sales_store_key_fkey FOREIGN KEY (store_key) REFERENCES ingestion_layer.dim_stores
