-- The surrogate and the natural key of the dimension.
ALTER TABLE ingestion_layer.dim_products
  ADD CONSTRAINT dim_products_pkey PRIMARY KEY (product_key),
  ADD CONSTRAINT dim_products_product_sku_key UNIQUE (product_sku)
