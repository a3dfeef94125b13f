-- Grain: one of the ten products sold most often. Ties go to the higher amount, then to the lower SKU.
with
    sales as (
        select product_sku, count(*) as units_sold, sum(amount) as transacted_amount
        from {{ ref('fct_transactions') }}
        where status = 'accepted'
        group by product_sku
    ),

    ranked as (
        select
            row_number() over (
                order by sales.units_sold desc, sales.transacted_amount desc, sales.product_sku collate "C"
            ) as rank,
            sales.product_sku,
            products.product_name,
            sales.units_sold,
            sales.transacted_amount
        from sales
        inner join {{ ref('dim_products') }} as products using (product_sku)
    )

select * from ranked where rank <= 10 order by rank
