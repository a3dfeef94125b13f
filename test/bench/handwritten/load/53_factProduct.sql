-- Checked as one join, not row by row.
ALTER TABLE ingestion_layer.fct_transactions
  ADD CONSTRAINT fct_transactions_product_key_fkey FOREIGN KEY (product_key) REFERENCES ingestion_layer.dim_products
