-- Grain: one SKU, under the name recorded with its highest transaction id.
{{ config(unique_key='product_sku') }}

select distinct on (product_sku)
    product_sku,
    product_name,
    category_name,
    transaction_id as named_by_transaction_id
from {{ ref('stg_transactions') }}
order by product_sku, transaction_id desc
