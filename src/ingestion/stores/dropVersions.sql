-- Grain: one version that is not so any more, or not for the same time.
DELETE FROM ingestion_layer.dim_stores_history AS kept
WHERE kept.store_key IN (SELECT store_key FROM new_store_versions)
  AND NOT EXISTS (SELECT FROM new_store_versions AS wanted WHERE wanted IS NOT DISTINCT FROM kept);
