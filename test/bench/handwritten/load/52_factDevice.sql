-- Checked as one join, not row by row.
ALTER TABLE ingestion_layer.fct_transactions
  ADD CONSTRAINT fct_transactions_device_key_fkey FOREIGN KEY (device_key) REFERENCES ingestion_layer.dim_devices
