-- The surrogate and the natural key of the dimension.
ALTER TABLE ingestion_layer.dim_customers
  ADD CONSTRAINT dim_customers_pkey PRIMARY KEY (customer_key),
  ADD CONSTRAINT dim_customers_customer_id_key UNIQUE (customer_id)
