-- Grain: one record of stores.csv, typed.
select
    id::bigint as store_id,
    name as store_name,
    address,
    city,
    country,
    typology,
    customer_id::bigint as customer_id,
    to_timestamp(created_at, 'MM/DD/YYYY HH24:MI:SS')::timestamp at time zone 'UTC' as created_at
from {{ ref('raw_stores') }}
