-- Grain: one store whose day of creation is not that of its time of creation (UTC).
SELECT
  'store ' || store_id AS subject,
  to_char(created_at AT TIME ZONE 'UTC', 'YYYYMMDD') AS expected,
  created_date_key::text AS actual
FROM ingestion_layer.dim_stores
WHERE to_char(created_at AT TIME ZONE 'UTC', 'YYYYMMDD')::integer <> created_date_key
ORDER BY store_id
LIMIT :limit::integer;
