-- A label's product.
ALTER TABLE ingestion_layer.dim_product_labels ADD FOREIGN KEY (product_key) REFERENCES ingestion_layer.dim_products
