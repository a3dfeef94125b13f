-- Checked as one join, not row by row.
ALTER TABLE ingestion_layer.fct_transactions
  ADD CONSTRAINT fct_transactions_label_key_fkey FOREIGN KEY (label_key) REFERENCES ingestion_layer.dim_product_labels
