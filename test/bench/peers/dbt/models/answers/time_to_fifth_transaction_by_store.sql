-- Grain: one store with at least five accepted sales.
with
    sales as (
        select
            store_id,
            happened_at,
            row_number() over (partition by store_id order by happened_at, transaction_id) as sale_number
        from {{ ref('fct_transactions') }}
        where status = 'accepted'
    ),

    first_five as (
        select store_id, min(happened_at) as first_at, max(happened_at) as fifth_at
        from sales
        where sale_number <= 5
        group by store_id
        having count(*) = 5
    )

select
    stores.store_id,
    stores.store_name,
    first_five.first_at,
    first_five.fifth_at,
    round(extract(epoch from first_five.fifth_at - first_five.first_at) / 86400, 6)::numeric(18, 6) as days_from_first,
    round(extract(epoch from first_five.fifth_at - stores.created_at) / 86400, 6)::numeric(18, 6) as days_from_creation
from first_five
inner join {{ ref('dim_stores') }} as stores using (store_id)
order by stores.store_id
