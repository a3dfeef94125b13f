-- One scan sees that nothing is missing, one parallel build makes the key.
ALTER TABLE ingestion_layer.fct_transactions
  ALTER COLUMN transaction_id SET NOT NULL,
  ALTER COLUMN happened_at SET NOT NULL,
  ALTER COLUMN created_at SET NOT NULL,
  ALTER COLUMN source_line SET NOT NULL,
  ALTER COLUMN digest SET NOT NULL,
  ALTER COLUMN store_key SET NOT NULL,
  ALTER COLUMN device_key SET NOT NULL,
  ALTER COLUMN product_key SET NOT NULL,
  ALTER COLUMN label_key SET NOT NULL,
  ALTER COLUMN happened_date_key SET NOT NULL,
  ALTER COLUMN created_date_key SET NOT NULL,
  ALTER COLUMN run_id SET NOT NULL,
  ALTER COLUMN file_id SET NOT NULL,
  ALTER COLUMN status SET NOT NULL,
  ALTER COLUMN amount SET NOT NULL,
  ADD CONSTRAINT fct_transactions_pkey PRIMARY KEY (transaction_id)
