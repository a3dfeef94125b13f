-- Grain: one type of device with an accepted sale.
with
    by_type as (
        select devices.device_type, count(*) as transactions
        from {{ ref('fct_transactions') }} as sales
        inner join {{ ref('dim_devices') }} as devices using (device_id)
        where sales.status = 'accepted'
        group by devices.device_type
    )

select
    device_type,
    transactions,
    round(100.0 * transactions / sum(transactions) over (), 4)::numeric(7, 4) as percentage
from by_type
order by device_type
