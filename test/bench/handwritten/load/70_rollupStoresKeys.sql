-- Nothing is missing, and every row is of a row that is there.
ALTER TABLE aggregation_layer.rollup_stores
  ALTER COLUMN store_key SET NOT NULL,
  ALTER COLUMN accepted_transactions SET NOT NULL,
  ALTER COLUMN accepted_transacted_amount SET NOT NULL,
  ALTER COLUMN refused_transactions SET NOT NULL,
  ALTER COLUMN refused_transacted_amount SET NOT NULL,
  ALTER COLUMN cancelled_transactions SET NOT NULL,
  ALTER COLUMN cancelled_transacted_amount SET NOT NULL,
  ADD CONSTRAINT rollup_stores_pkey PRIMARY KEY (store_key),
  ADD CONSTRAINT rollup_stores_store_key_fkey FOREIGN KEY (store_key) REFERENCES ingestion_layer.dim_stores
