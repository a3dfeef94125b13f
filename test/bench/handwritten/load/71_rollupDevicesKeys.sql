-- Nothing is missing, and every row is of a row that is there.
ALTER TABLE aggregation_layer.rollup_devices
  ALTER COLUMN device_key SET NOT NULL,
  ALTER COLUMN accepted_transactions SET NOT NULL,
  ALTER COLUMN accepted_transacted_amount SET NOT NULL,
  ALTER COLUMN refused_transactions SET NOT NULL,
  ALTER COLUMN refused_transacted_amount SET NOT NULL,
  ALTER COLUMN cancelled_transactions SET NOT NULL,
  ALTER COLUMN cancelled_transacted_amount SET NOT NULL,
  ADD CONSTRAINT rollup_devices_pkey PRIMARY KEY (device_key),
  ADD CONSTRAINT rollup_devices_device_key_fkey FOREIGN KEY (device_key) REFERENCES ingestion_layer.dim_devices
