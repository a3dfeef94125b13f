-- The surrogate and the natural key of the dimension.
ALTER TABLE ingestion_layer.dim_stores
  ADD CONSTRAINT dim_stores_pkey PRIMARY KEY (store_key),
  ADD CONSTRAINT dim_stores_store_id_key UNIQUE (store_id)
