-- Grain: one transaction, with its device and store as they were when it happened. The fact keeps the store that its device
-- stood in when it was loaded; here it is the store of that time.
CREATE OR REPLACE VIEW aggregation_layer.transactions_as_was AS
SELECT
  facts.transaction_id,
  facts.happened_at,
  facts.status,
  facts.amount,
  products.product_sku,
  devices.device_id,
  device_versions.device_type,
  stores.store_id,
  store_versions.store_name,
  store_versions.address,
  store_versions.city,
  store_versions.country,
  store_versions.typology
FROM ingestion_layer.fct_transactions AS facts
JOIN ingestion_layer.dim_products AS products USING (product_key)
JOIN ingestion_layer.dim_devices AS devices USING (device_key)
JOIN ingestion_layer.dim_devices_history AS device_versions
  ON device_versions.device_key = facts.device_key
  AND device_versions.valid_from <= facts.happened_at
  AND (device_versions.is_current OR facts.happened_at < device_versions.valid_to)
JOIN ingestion_layer.dim_stores AS stores ON stores.store_key = device_versions.store_key
JOIN ingestion_layer.dim_stores_history AS store_versions
  ON store_versions.store_key = device_versions.store_key
  AND store_versions.valid_from <= facts.happened_at
  AND (store_versions.is_current OR facts.happened_at < store_versions.valid_to);
