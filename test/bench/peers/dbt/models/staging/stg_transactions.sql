-- Grain: one record of transactions.csv, typed. Card and CVV are left behind, as text, in the seed.
select
    id::bigint as transaction_id,
    device_id::bigint as device_id,
    product_sku,
    product_name,
    category_name,
    amount::numeric(18, 2) as amount,
    status,
    to_timestamp(created_at, 'MM/DD/YYYY HH24:MI:SS')::timestamp at time zone 'UTC' as created_at,
    to_timestamp(happened_at, 'MM/DD/YYYY HH24:MI:SS')::timestamp at time zone 'UTC' as happened_at
from {{ ref('raw_transactions') }}
