-- Grain: one version of a store, with what said so first.
CREATE OR REPLACE VIEW aggregation_layer.store_versions AS
SELECT
  stores.store_id,
  versions.valid_from,
  versions.valid_to,
  versions.is_current,
  versions.store_name,
  versions.address,
  versions.city,
  versions.country,
  versions.typology,
  versions.stated_at,
  files.path,
  versions.source_line
FROM ingestion_layer.dim_stores_history AS versions
JOIN ingestion_layer.dim_stores AS stores USING (store_key)
JOIN operations.source_files AS files ON files.file_id = versions.file_id;
