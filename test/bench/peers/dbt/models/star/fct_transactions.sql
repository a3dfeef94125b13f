-- Grain: one payment attempt, with the store that its device stood in.
{{ config(unique_key='transaction_id') }}

with
    transactions as (select * from {{ ref('stg_transactions') }}),
    devices as (select * from {{ ref('dim_devices') }})

select
    transactions.*,
    devices.store_id
from transactions
inner join devices using (device_id)
{% if is_incremental() %}
    where transactions.transaction_id > (select coalesce(max(transaction_id), 0) from {{ this }})
{% endif %}
