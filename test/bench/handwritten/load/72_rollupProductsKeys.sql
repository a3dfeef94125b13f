-- Nothing is missing, and every row is of a row that is there.
ALTER TABLE aggregation_layer.rollup_products
  ALTER COLUMN product_key SET NOT NULL,
  ALTER COLUMN accepted_transactions SET NOT NULL,
  ALTER COLUMN accepted_transacted_amount SET NOT NULL,
  ALTER COLUMN refused_transactions SET NOT NULL,
  ALTER COLUMN refused_transacted_amount SET NOT NULL,
  ALTER COLUMN cancelled_transactions SET NOT NULL,
  ALTER COLUMN cancelled_transacted_amount SET NOT NULL,
  ADD CONSTRAINT rollup_products_pkey PRIMARY KEY (product_key),
  ADD CONSTRAINT rollup_products_product_key_fkey FOREIGN KEY (product_key) REFERENCES ingestion_layer.dim_products
