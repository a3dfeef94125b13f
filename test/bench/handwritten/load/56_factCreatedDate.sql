-- Checked as one join, not row by row.
ALTER TABLE ingestion_layer.fct_transactions
  ADD CONSTRAINT fct_transactions_created_date_key_fkey FOREIGN KEY (created_date_key) REFERENCES ingestion_layer.dim_time
