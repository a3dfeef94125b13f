-- Tillhouse leaves fresh statistics behind as well.
ANALYZE ingestion_layer.fct_transactions, ingestion_layer.dim_stores, ingestion_layer.dim_devices, ingestion_layer.dim_products,
  ingestion_layer.dim_product_labels, ingestion_layer.dim_time, aggregation_layer.rollup_stores, aggregation_layer.rollup_products,
  aggregation_layer.rollup_devices, aggregation_layer.rollup_days, aggregation_layer.rollup_store_first_sales
