-- Grain: one device, as its last record has it.
INSERT INTO ingestion_layer.dim_devices (
  device_key, device_id, device_type, store_key, digest, run_id, file_id, source_line, stated_run_id
)
WITH
  last_records AS (
    SELECT DISTINCT ON (devices.id::bigint) devices.*, stores.store_key
    FROM raw.devices AS devices
    JOIN ingestion_layer.dim_stores AS stores ON stores.store_id::text = devices.store_id
    WHERE devices.id ~ '^[1-9][0-9]{0,13}$' AND devices.type ~ '^[0-9]{1,9}$'
    ORDER BY devices.id::bigint, devices.record DESC
  )

SELECT
  row_number() OVER (ORDER BY id::bigint),
  id::bigint,
  type::integer,
  store_key,
  encode(substr(sha256(convert_to(concat_ws(E'\x1f', id, type::integer, store_id), 'UTF8')), 1, 16), 'hex')::uuid,
  1,
  2,
  record,
  1
FROM last_records
