-- Grain: one store, as its last record has it. The digest is over the same text as Tillhouse's.
INSERT INTO ingestion_layer.dim_stores (
  store_key, store_id, store_name, address, city, country, typology, created_at, created_date_key, customer_key, digest,
  run_id, file_id, source_line
)
WITH
  last_records AS (
    SELECT DISTINCT ON (store_id) *
    FROM raw.checked_stores
    WHERE store_id IS NOT NULL AND customer_id IS NOT NULL AND created_at IS NOT NULL AND longest_text <= 1000
    ORDER BY store_id, record DESC
  )

SELECT
  row_number() OVER (ORDER BY stores.store_id),
  stores.store_id,
  stores.store_name,
  stores.address,
  stores.city,
  stores.country,
  stores.typology,
  stores.created_at,
  to_char(stores.created_at, 'YYYYMMDD')::integer,
  customers.customer_key,
  encode(
    substr(
      sha256(
        convert_to(
          concat_ws(
            E'\x1f',
            stores.store_id,
            stores.customer_id,
            replace(extract(epoch FROM stores.created_at)::text, '.', ''),
            length(stores.store_name), stores.store_name,
            length(stores.address), stores.address,
            length(stores.city), stores.city,
            length(stores.country), stores.country,
            length(stores.typology), stores.typology
          ),
          'UTF8'
        )
      ),
      1,
      16
    ),
    'hex'
  )::uuid,
  1,
  1,
  stores.record
FROM last_records AS stores
JOIN ingestion_layer.dim_customers AS customers USING (customer_id)
