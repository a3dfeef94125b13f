-- Grain: one store or device whose versions are not what they must be: the first from -infinity on, the current one as the
-- dimension says. That none overlap, and that each ends where another one begins, the database itself holds.
WITH
  stores AS (
    SELECT
      'store ' || stores.store_id AS subject,
      ROW(stores.store_name, stores.address, stores.city, stores.country, stores.typology)::text AS expected,
      (
        SELECT ROW(versions.store_name, versions.address, versions.city, versions.country, versions.typology)::text
        FROM ingestion_layer.dim_stores_history AS versions
        WHERE versions.store_key = stores.store_key AND versions.is_current
      ) AS actual,
      EXISTS (
        SELECT
        FROM ingestion_layer.dim_stores_history AS versions
        WHERE versions.store_key = stores.store_key AND versions.valid_from = '-infinity'
      ) AS has_first
    FROM ingestion_layer.dim_stores AS stores
  ),

  devices AS (
    SELECT
      'device ' || devices.device_id AS subject,
      ROW(devices.store_key, devices.device_type)::text AS expected,
      (
        SELECT ROW(versions.store_key, versions.device_type)::text
        FROM ingestion_layer.dim_devices_history AS versions
        WHERE versions.device_key = devices.device_key AND versions.is_current
      ) AS actual,
      EXISTS (
        SELECT
        FROM ingestion_layer.dim_devices_history AS versions
        WHERE versions.device_key = devices.device_key AND versions.valid_from = '-infinity'
      ) AS has_first
    FROM ingestion_layer.dim_devices AS devices
  )

SELECT
  subject,
  CASE WHEN has_first THEN expected ELSE 'a version from -infinity' END AS expected,
  CASE WHEN has_first THEN coalesce(actual, 'none') ELSE 'none' END AS actual
FROM (SELECT * FROM stores UNION ALL SELECT * FROM devices) AS dimensions
WHERE actual IS DISTINCT FROM expected OR NOT has_first
ORDER BY subject
LIMIT :limit::integer;
