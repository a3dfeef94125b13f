-- Grain: one version that is new, or is so for another time.
INSERT INTO ingestion_layer.dim_stores_history (
  store_key, valid_from, valid_to, is_current, stated_at, file_id, source_line, store_name, address, city, country, typology
)
SELECT
  store_key, valid_from, valid_to, is_current, stated_at, file_id, source_line, store_name, address, city, country, typology
FROM new_store_versions
ORDER BY store_key, valid_from
ON CONFLICT (store_key, valid_from) DO NOTHING;
