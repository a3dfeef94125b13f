-- Grain: one device.
{{ config(unique_key='device_id') }}

select * from {{ ref('stg_devices') }}
