-- The surrogate and the natural key of the dimension.
ALTER TABLE ingestion_layer.dim_product_labels
  ADD CONSTRAINT dim_product_labels_pkey PRIMARY KEY (label_key),
  ADD CONSTRAINT dim_product_labels_label_digest_key UNIQUE (label_digest)
