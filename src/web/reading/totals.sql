-- Grain: one row: what the warehouse holds, of rollups and dimensions.
SELECT
  coalesce(sum(transactions), 0)::text AS transactions,
  coalesce(sum(accepted_transactions), 0)::text AS accepted,
  coalesce(sum(accepted_transacted_amount), 0)::numeric(24, 2)::text AS accepted_amount,
  (SELECT count(*) FROM aggregation_layer.store_versions WHERE is_current)::text AS stores,
  (SELECT count(*) FROM aggregation_layer.device_versions WHERE is_current)::text AS devices
FROM aggregation_layer.daily_sales;
