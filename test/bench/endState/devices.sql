-- Grain: one row. All devices with their stores.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        devices.device_id,
        devices.digest,
        devices.device_type,
        stores.store_id
      ),
      E'\n'
      ORDER BY devices.device_id
    )
  ) AS hash
FROM ingestion_layer.dim_devices AS devices
LEFT JOIN ingestion_layer.dim_stores AS stores USING (store_key)
