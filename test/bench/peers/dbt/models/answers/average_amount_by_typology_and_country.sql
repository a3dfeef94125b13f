-- Grain: one pair of typology and country with an accepted sale.
select
    stores.typology,
    stores.country,
    round(avg(sales.amount), 2)::numeric(18, 2) as average_amount,
    count(*) as transactions,
    sum(sales.amount) as transacted_amount
from {{ ref('fct_transactions') }} as sales
inner join {{ ref('dim_stores') }} as stores using (store_id)
where sales.status = 'accepted'
group by stores.typology, stores.country
order by stores.typology collate "C", stores.country collate "C"
