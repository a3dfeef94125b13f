-- Grain: one row. All stores with their merchants.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        stores.store_id,
        stores.digest,
        stores.store_name,
        stores.address,
        stores.city,
        stores.country,
        stores.typology,
        stores.created_at AT TIME ZONE 'UTC',
        days.calendar_date,
        customers.customer_id
      ),
      E'\n'
      ORDER BY stores.store_id
    )
  ) AS hash
FROM ingestion_layer.dim_stores AS stores
LEFT JOIN ingestion_layer.dim_customers AS customers USING (customer_key)
LEFT JOIN ingestion_layer.dim_time AS days ON days.date_key = stores.created_date_key
