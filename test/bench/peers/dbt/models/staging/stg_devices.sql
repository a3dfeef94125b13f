-- Grain: one record of devices.csv, typed.
select
    id::bigint as device_id,
    type::integer as device_type,
    store_id::bigint as store_id
from {{ ref('raw_devices') }}
