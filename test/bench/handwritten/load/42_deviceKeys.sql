-- The surrogate and the natural key of the dimension.
ALTER TABLE ingestion_layer.dim_devices
  ADD CONSTRAINT dim_devices_pkey PRIMARY KEY (device_key),
  ADD CONSTRAINT dim_devices_device_id_key UNIQUE (device_id)
