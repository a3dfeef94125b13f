-- Grain: one of the ten stores with the highest amount of accepted sales. Ties go to the lower store id.
with
    amounts as (
        select store_id, sum(amount) as transacted_amount, count(*) as transactions
        from {{ ref('fct_transactions') }}
        where status = 'accepted'
        group by store_id
    ),

    ranked as (
        select
            row_number() over (order by amounts.transacted_amount desc, stores.store_id) as rank,
            stores.store_id,
            stores.store_name,
            stores.country,
            stores.typology,
            amounts.transacted_amount,
            amounts.transactions
        from amounts
        inner join {{ ref('dim_stores') }} as stores using (store_id)
    )

select * from ranked where rank <= 10 order by rank
