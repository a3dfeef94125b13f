-- Grain: one version of a transaction: the current one first, then those that are kept, the latest first.
SELECT
  is_current,
  status::text AS status,
  amount::text AS amount,
  happened_at,
  created_at,
  device_id,
  store_id,
  product_sku,
  product_name,
  category_name,
  path,
  source_line,
  stated_at,
  run_id,
  believed_from,
  believed_to
FROM aggregation_layer.transaction_versions
WHERE transaction_id = :transaction_id::bigint
ORDER BY is_current DESC, stated_at DESC, version_id DESC;
