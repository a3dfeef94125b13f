-- A device's store.
ALTER TABLE ingestion_layer.dim_devices ADD FOREIGN KEY (store_key) REFERENCES ingestion_layer.dim_stores
