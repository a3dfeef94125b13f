-- Checked as one join, not row by row.
ALTER TABLE ingestion_layer.fct_transactions
  ADD CONSTRAINT fct_transactions_happened_date_key_fkey FOREIGN KEY (happened_date_key) REFERENCES ingestion_layer.dim_time
