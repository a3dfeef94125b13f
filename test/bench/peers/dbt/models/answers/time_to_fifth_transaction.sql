-- Grain: one row. Means over the stores with at least five accepted sales.
with
    durations as (
        select
            extract(epoch from by_store.fifth_at - by_store.first_at) as seconds_from_first,
            extract(epoch from by_store.fifth_at - stores.created_at) as seconds_from_creation
        from {{ ref('time_to_fifth_transaction_by_store') }} as by_store
        inner join {{ ref('dim_stores') }} as stores using (store_id)
    )

select
    count(*) as stores,
    round(avg(seconds_from_first), 3)::numeric(18, 3) as average_seconds_from_first,
    round(avg(seconds_from_first) / 86400, 6)::numeric(18, 6) as average_days_from_first,
    round(avg(seconds_from_creation) / 86400, 6)::numeric(18, 6) as average_days_from_creation,
    count(*) filter (where seconds_from_creation < 0) as stores_fifth_before_creation
from durations
