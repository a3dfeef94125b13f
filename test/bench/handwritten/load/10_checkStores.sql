-- Grain: one record of stores.csv, with its values, or nulls where they cannot be read. There are few: plain expressions do.
CREATE UNLOGGED TABLE raw.checked_stores AS
SELECT
  record,
  id,
  CASE WHEN id ~ '^[0-9]{1,14}$' AND id !~ '^0*$' THEN id::bigint END AS store_id,
  btrim(name) AS store_name,
  btrim(address) AS address,
  btrim(city) AS city,
  btrim(country) AS country,
  btrim(typology) AS typology,
  CASE WHEN customer_id ~ '^[0-9]{1,14}$' AND customer_id !~ '^0*$' THEN customer_id::bigint END AS customer_id,
  CASE
    WHEN created_at ~ '^(0[1-9]|1[0-2])/[0-3][0-9]/(19[7-9][0-9]|20[0-9]{2}|2100) ([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$'
      AND pg_input_is_valid(created_at, 'timestamptz')
      THEN created_at::timestamptz
  END AS created_at,
  greatest(length(name), length(address), length(city), length(country), length(typology)) AS longest_text
FROM raw.stores
